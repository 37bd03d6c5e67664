import { describe, expect, it } from "vitest";
import { DrivenTable, tableConfig } from "../../testing/drivenTable.ts";
import { asChips } from "../chips.ts";
import type { RememberedRound } from "./restore.ts";
import { restoreTable } from "./restore.ts";

/** Plays some operations, and remembers them as a store would. */
function playedRound(): { readonly table: DrivenTable; readonly round: RememberedRound } {
  const table = new DrivenTable();
  table.sit("ann");
  table.sit("bob");
  table.until("betting");
  table.operate("ann", "bet", { chips: [["red", 10]] });
  table.operate("bob", "bet", { chips: [["straight:17", 5]] });
  table.operate("ann", "double");
  table.operate("ann", "bet", { chips: [["odd", 3]] });
  table.operate("ann", "undo");
  const operations = table.effects.flatMap((effect) => {
    if (effect.type !== "post") return [];
    const { playerId, kind, changes, stakeAfter } = effect.posting;
    return [{ playerId, kind, changes, answer: { stake: stakeAfter } }];
  });
  const { commitment, entropy, clientSeeds } = table.state;
  const open = { status: "open", openedAt: table.now, betsDigest: null } as const;
  return { table, round: { round: 1, commitment, entropy, clientSeeds, ...open, operations } };
}

const remembered = (unfinished: RememberedRound | null) => ({
  lastRound: 0,
  lastPockets: ["5"],
  unfinished,
});

describe("a restored table", () => {
  it("has the same books as the one that ended", () => {
    const { table, round } = playedRound();
    const restored = restoreTable(tableConfig(), remembered(round), table.now);
    expect(restored.stage).toBe("betting");
    expect(restored.totalStake).toBe(table.state.totalStake);
    expect(restored.exposure.worst()).toBe(table.state.exposure.worst());
    for (const [playerId, player] of table.state.players) {
      const again = restored.players.get(playerId);
      expect(again?.chips).toEqual(player.chips);
      expect(again?.batches).toEqual(player.batches);
    }
  });

  it("keeps the announced end of betting, and a window of five seconds at least", () => {
    const { table, round } = playedRound();
    const soon = restoreTable(tableConfig(), remembered(round), table.now + 1_000);
    expect(soon.phaseEndsAt).toBe(round.openedAt + 10_000);
    const late = restoreTable(tableConfig(), remembered(round), table.now + 60_000);
    expect(late.phaseEndsAt).toBe(table.now + 65_000);
  });

  it.each([0, 1_000, 4_999, 5_000, 9_000, 60_000])(
    "never ends betting before what was announced of a round that was told %i ms after its opening",
    (slowMs) => {
      const table = new DrivenTable();
      table.until("opening");
      const openedAt = table.now;
      const commitment = table.seeds[0] ?? "";
      table.put({ type: "opened", now: openedAt + slowMs, openedAt, commitment });
      const announced = table.state.phaseEndsAt;
      expect(announced).toBe(openedAt + Math.max(10_000, slowMs + 5_000));
      const { entropy, clientSeeds } = table.state;
      const open = { status: "open", betsDigest: null, operations: [] } as const;
      const round = { round: 1, commitment, entropy, clientSeeds, openedAt, ...open };
      for (const laterMs of [0, 2_000, 8_000]) {
        const now = openedAt + slowMs + laterMs;
        const restored = restoreTable(tableConfig(), remembered(round), now);
        expect(restored.phaseEndsAt).toBeGreaterThanOrEqual(announced);
      }
    },
  );

  it("opens a whole window where its betting time is shorter than the least", () => {
    const table = new DrivenTable(tableConfig({ bettingMs: 2_000 }));
    table.until("opening");
    const [now, openedAt] = [table.now + 700, table.now];
    table.put({ type: "opened", now, openedAt, commitment: table.seeds[0] ?? "" });
    expect(table.state.phaseEndsAt).toBe(now + 2_000);
  });

  it("goes on to the outcome of the locked bets", () => {
    const { table, round } = playedRound();
    table.until("settling");
    const { betsDigest } = table.state;
    const locked = { ...round, status: "locked", betsDigest } as const;
    const state = restoreTable(tableConfig(), remembered(locked), table.now);
    const again = new DrivenTable(tableConfig(), state);
    again.until("spinning");
    table.until("spinning");
    expect(again.state.pocket).toBe(table.state.pocket);
    expect(again.state.drawn?.bets).toEqual(table.state.drawn?.bets);
  });

  it("refuses books that do not agree", () => {
    const { table, round } = playedRound();
    const locked = { ...round, status: "locked", betsDigest: "0".repeat(64) } as const;
    const restore = (unfinished: RememberedRound) => () =>
      restoreTable(tableConfig(), remembered(unfinished), table.now);
    expect(restore(locked)).toThrow(/bets changed after the lock/);
    const [first, ...rest] = round.operations;
    if (first === undefined) throw new Error("no operations");
    const wrong = [{ ...first, answer: { stake: asChips(9) } }, ...rest];
    expect(restore({ ...round, operations: wrong })).toThrow(/does not add up/);
    expect(restore({ ...round, round: 4 })).toThrow(/out of order/);
  });

  it("opens the next round where none was running", () => {
    const state = restoreTable(tableConfig(), { ...remembered(null), lastRound: 41 }, 5);
    expect(state).toMatchObject({ stage: "idle", round: 41, lastPockets: ["5"] });
  });
});
