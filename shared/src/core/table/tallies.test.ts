/** How much one player may do in a round, and that their chips can be taken back all the same. */
import { describe, expect, it } from "vitest";
import { DrivenTable, tableConfig } from "../../testing/drivenTable.ts";
import { BOUNDS } from "../bounds.ts";
import { layoutOf } from "../spots.ts";
import type { TableEffect } from "./effects.ts";
import { evaluate } from "./evaluate.ts";
import type { OperationKind } from "./inputs.ts";
import { restoreTable } from "./restore.ts";
import { playerAt } from "./state.ts";

const MOST = BOUNDS.operationsPerPlayerAndRound;
const MOST_CHANGES = BOUNDS.changesPerPlayerAndRound;
/** A chip on each spot. */
const WIDE = layoutOf("european").spots.map(({ id }) => [id, 1] as const);
const RED = [["red", 1]] as const;

function betting(): DrivenTable {
  const table = new DrivenTable();
  for (const playerId of ["ann", "bob"]) table.sit(playerId, 100_000);
  table.until("betting");
  return table;
}

const refusalIn = (effects: readonly TableEffect[]) =>
  effects.find((effect) => effect.type === "refuse")?.refusal;
const changesOf = (table: DrivenTable) => table.state.tallies.get("ann")?.changes;
/** Bets, and asks for the others of `kinds`, in turn, until one is refused; answers that refusal. */
function untilRefused(table: DrivenTable, kinds: readonly OperationKind[]) {
  for (let turn = 0; turn < 2 * MOST; turn += 1) {
    const kind = kinds[turn % kinds.length] ?? "bet";
    const refusal = refusalIn(table.operate("ann", kind, kind === "bet" ? { chips: WIDE } : {}));
    if (refusal !== undefined) return { kind, ...refusal };
  }
  throw new Error("nothing was refused");
}

const TOO_MANY = { code: "TOO_MANY_REQUESTS", limit: MOST };
const TOO_WIDE = { code: "TOO_MANY_REQUESTS", limit: MOST_CHANGES };

describe("one player's round", () => {
  it("has so many operations, the last of them a clear", () => {
    const table = betting();
    for (let turn = 1; turn < MOST; turn += 1) table.operate("ann", "bet", { chips: RED });
    expect(playerAt(table.state, "ann").stake).toBe(MOST - 1);
    for (const kind of ["bet", "undo", "double"] as const) {
      expect(refusalIn(table.operate("ann", kind, { chips: RED }))).toMatchObject(TOO_MANY);
    }
    expect(refusalIn(table.operate("ann", "clear"))).toBeUndefined();
    expect(playerAt(table.state, "ann").stake).toBe(0);
    expect(refusalIn(table.operate("ann", "bet", { chips: RED }))).toMatchObject(TOO_MANY);
    expect(table.state.tallies.get("ann")?.operations).toBe(MOST);
    expect(refusalIn(table.operate("bob", "bet", { chips: RED }))).toBeUndefined();
  });

  it.each<[string, OperationKind[]]>([
    ["taken off each time", ["bet", "clear"]],
    ["taken back each time", ["bet", "undo"]],
    ["added to", ["bet"]],
    ["doubled and taken back", ["bet", "double", "undo", "undo"]],
  ])("has so many changes of spots, those of a last clear among them: wide bets %s", (_, kinds) => {
    const table = betting();
    const refused = untilRefused(table, kinds);
    expect(refused).toMatchObject(TOO_WIDE);
    expect(refused.kind).not.toBe("clear");
    const { chips } = playerAt(table.state, "ann");
    expect(changesOf(table)).toBeLessThanOrEqual(MOST_CHANGES - chips.size);
    expect(changesOf(table)).toBeGreaterThan(MOST_CHANGES - 3 * WIDE.length);
    if (chips.size > 0) expect(refusalIn(table.operate("ann", "clear"))).toBeUndefined();
    expect(chips.size).toBe(0);
    expect(changesOf(table)).toBeLessThanOrEqual(MOST_CHANGES);
  });

  it("can take back what lies there at every moment", () => {
    const table = betting();
    const clear = { type: "operation", now: 0, request: 0, playerId: "ann", op: "c" } as const;
    const kinds = ["bet", "double", "undo", "bet", "bet", "undo", "clear"] as const;
    for (let turn = 0; turn < 60; turn += 1) {
      const chips = WIDE.slice((turn * 7) % 90, 30 + ((turn * 11) % 127));
      table.operate("ann", kinds[turn % kinds.length] ?? "bet", { chips });
      const player = playerAt(table.state, "ann");
      if (player.chips.size === 0) continue;
      expect(evaluate(table.state, player, { ...clear, kind: "clear", chips: [] }).ok).toBe(true);
      expect((changesOf(table) ?? 0) + player.chips.size).toBeLessThanOrEqual(MOST_CHANGES);
    }
    expect(refusalIn(table.operate("ann", "bet", { chips: WIDE }))).toMatchObject(TOO_WIDE);
  });

  it("is the same after a player has left and come back, and another one with the next round", () => {
    const table = betting();
    untilRefused(table, ["bet", "clear"]);
    table.put({ type: "left", now: table.now, playerId: "ann" });
    table.sit("ann", 100_000);
    expect(refusalIn(table.operate("ann", "bet", { chips: WIDE }))).toMatchObject(TOO_WIDE);
    table.until("result");
    table.until("betting");
    expect(refusalIn(table.operate("ann", "bet", { chips: WIDE }))).toBeUndefined();
  });

  it("is the same at a table that goes on elsewhere", () => {
    const table = betting();
    untilRefused(table, ["bet", "clear"]);
    const operations = table.effects.flatMap((effect) => {
      if (effect.type !== "post") return [];
      const { playerId, kind, changes, stakeAfter } = effect.posting;
      return [{ playerId, kind, changes, answer: { stake: stakeAfter } }];
    });
    const { commitment, entropy, clientSeeds, tallies } = table.state;
    const open = { status: "open", openedAt: table.now, betsDigest: null, clientSeeds } as const;
    const unfinished = { round: 1, commitment, entropy, ...open, operations };
    const past = { lastRound: 0, lastPockets: [], unfinished };
    const again = new DrivenTable(tableConfig(), restoreTable(tableConfig(), past, table.now));
    expect(again.state.tallies).toEqual(tallies);
    expect(refusalIn(again.operate("ann", "bet", { chips: WIDE }))).toMatchObject(TOO_WIDE);
  });
});
