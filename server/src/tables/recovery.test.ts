import { InvariantError } from "@croupier/shared/core/assert";
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf, entropyOf } from "@croupier/shared/core/fairness";
import { tableConfig } from "@croupier/shared/testing/drivenTable";
import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { MemoryTableStore } from "../testing/memoryTableStore.ts";
import { bet } from "../testing/rounds.ts";
import { recoverTable } from "./recovery.ts";
import type { LoggedOperation, UnfinishedRound } from "./store.ts";

const config = tableConfig();
const { tableId, wheel, zeroRule } = config;
const clock = new ManualClock();
let store: MemoryTableStore;

/** A round with chips of Ann's on red. */
beforeEach(async () => {
  store = new MemoryTableStore();
  store.addPlayer("ann", 1_000);
  const seeds = { entropy: entropyOf([]), clientSeeds: [] };
  await store.openRound({ tableId, round: 1, wheel, zeroRule, ...seeds, openedAt: clock.now() });
  await store.post(tableId, bet("ann", { round: 1, op: "a", stakeChange: 10 }));
});

async function lock(): Promise<void> {
  const bets = [{ playerId: "ann", spot: "red", amount: asChips(10) }];
  await store.lockRound({ tableId, round: 1, betsDigest: betsDigestOf(bets) });
}

/** The database holds something else of the round than what was written. */
function tamper(change: (round: UnfinishedRound) => Partial<UnfinishedRound>): void {
  const { prepareTable } = store;
  store.prepareTable = async (asked) => {
    const history = await prepareTable.call(store, asked);
    const { unfinished } = history;
    if (unfinished === null) return history;
    return { ...history, unfinished: { ...unfinished, ...change(unfinished) } };
  };
}

const changedOperation = (change: Partial<LoggedOperation>) => (round: UnfinishedRound) => ({
  operations: round.operations.map((operation) => ({ ...operation, ...change })),
});

const recover = (broken?: string) => recoverTable({ config, store, clock, broken });

describe("a round that is taken over", () => {
  it("ends its betting after the opening, and counts one by a clock that was ahead as now", async () => {
    const { bettingMs } = config;
    const now = clock.now();
    expect(await recover()).toMatchObject({ state: { phaseEndsAt: now + bettingMs } });
    tamper(() => ({ openedAt: now + 60_000 }));
    expect(await recover()).toMatchObject({ state: { phaseEndsAt: now + 60_000 + bettingMs } });
    tamper(() => ({ openedAt: now + 60_001 }));
    expect(await recover()).toMatchObject({ state: { phaseEndsAt: now + bettingMs } });
  });
});

describe("a locked round", () => {
  beforeEach(lock);

  it("goes on, and is settled where the caller knows something broken", async () => {
    const { state, voided } = await recover();
    expect(voided).toEqual([]);
    expect(state).toMatchObject({ stage: "draining", round: 1, totalStake: 10 });
    expect(await recover("The table broke.")).toMatchObject({ voided: [] });
    expect(store.round(tableId, 1).status).toBe("settled");
  });

  it("stays locked where the program fails to settle it, for one that does not", async () => {
    const { settleRound } = store;
    store.settleRound = () => Promise.reject(new InvariantError("a mistake of the program"));
    await expect(recover("The table broke.")).rejects.toThrow("a mistake of the program");
    expect(store.round(tableId, 1).status).toBe("locked");
    expect(store.balances.get("ann")).toBe(990);
    store.settleRound = settleRound;
    await recover("The table broke.");
    expect(store.round(tableId, 1).status).toBe("settled");
  });

  it("stays locked where the program fails to read it", async () => {
    // The rules know no such spot, and the books agree on it.
    const changes = [["a-spot-of-tomorrow", 10]] as const;
    const bets = [{ playerId: "ann", spot: "a-spot-of-tomorrow", amount: asChips(10) }];
    tamper((round) => ({
      ...changedOperation({ changes })(round),
      betsDigest: betsDigestOf(bets),
    }));
    await expect(recover()).rejects.toThrow(InvariantError);
    expect(store.round(tableId, 1).status).toBe("locked");
  });

  it.each<[what: string, Parameters<typeof tamper>[0]]>([
    ["another digest than that of its bets", () => ({ betsDigest: "0".repeat(64) })],
    ["chips on another spot", changedOperation({ changes: [["black", 10]] })],
    ["a bet more", ({ operations }) => ({ operations: [...operations, ...operations] })],
    [
      "an answer that does not add up",
      changedOperation({ answer: { op: "a", round: 1, stake: asChips(9), balance: asChips(990) } }),
    ],
  ])("is void where the database holds %s", async (_, change) => {
    tamper(change);
    const { voided } = await recover();
    const reason = expect.stringMatching(/^The round's books do not/);
    expect(voided).toMatchObject([{ playerId: "ann", stake: 10, reason }]);
    expect(store.round(tableId, 1).status).toBe("void");
    expect(store.balances.get("ann")).toBe(1_000);
  });
});

it("voids an open round whose books do not agree", async () => {
  tamper(({ operations }) => ({ operations: [...operations, ...operations] }));
  await recover();
  expect(store.round(tableId, 1).status).toBe("void");
});

it.each([
  { opened: "la-partage", changed: "none", balance: 995 },
  { opened: "none", changed: "la-partage", balance: 989 },
] as const)(
  "settles a locked round under $opened, as it was opened, at a table that has $changed now",
  async ({ opened, changed, balance }) => {
    // With this client seed the ball comes to rest on zero, where alone the rule shows.
    const clientSeeds = [{ playerId: "ann", seed: "seed-15" }];
    const entropy = entropyOf(clientSeeds);
    const rules = { wheel, zeroRule: opened };
    store = new MemoryTableStore();
    store.addPlayer("ann", 1_000);
    const opening = { tableId, round: 1, ...rules, entropy, clientSeeds };
    await store.openRound({ ...opening, openedAt: clock.now() });
    await store.post(tableId, bet("ann", { round: 1, op: "a", stakeChange: 11 }));
    const bets = [{ playerId: "ann", spot: "red", amount: asChips(11) }];
    await store.lockRound({ tableId, round: 1, betsDigest: betsDigestOf(bets) });
    await recoverTable({ config: { ...config, zeroRule: changed }, store, clock });
    expect(store.round(tableId, 1)).toMatchObject({ status: "settled", pocket: "0" });
    expect(store.balances.get("ann")).toBe(balance);
  },
);
