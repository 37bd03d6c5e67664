/**
 * What every table store promises: run against Postgres, against the one in memory, and against the
 * simulator's.
 */
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf, commitmentOf, entropyOf } from "@croupier/shared/core/fairness";
import type { Bet } from "@croupier/shared/core/types";
import { beforeEach, describe, expect, it } from "vitest";
import type { TableHistory } from "../tables/store.ts";
import { MOST_VOID_ROUNDS } from "../tables/store.ts";
import type { TableRig } from "./rounds.ts";
import { bet, lockAndDraw, openRound, playRound, tableConfig } from "./rounds.ts";

/** Chips of every player that the bank makes. */
export const BANK_CHIPS = 10_000;

/** A store, and the view behind it that tests need. */
export interface Bank extends TableRig {
  /** A new player with {@link BANK_CHIPS}; answers the id. */
  addPlayer(): Promise<string>;
  balance(playerId: string): Promise<number | null>;
}

const onRed = (playerId: string, amount: number): Bet => ({
  playerId,
  spot: "red",
  amount: asChips(amount),
});

/** The table's past; players of void rounds in the order of their ids. */
async function history(): Promise<TableHistory> {
  const { voids, ...past } = await bank.store.prepareTable(tableConfig(tableId));
  const byId = (one: { playerId: string }, other: { playerId: string }) =>
    Number(one.playerId > other.playerId) - Number(one.playerId < other.playerId);
  const sorted = voids.map((voided) => ({ ...voided, players: voided.players.toSorted(byId) }));
  return { ...past, voids: sorted };
}

let bank: Bank;
let tables = 0;
/** A table and two players, new for each test. */
let tableId: string;
let ada: string;
let ben: string;

/** Describes the contract for the bank that `getBank` answers once the file's set-up is done. */
export function describeTableStore(getBank: () => Bank): void {
  beforeEach(async () => {
    bank = getBank();
    tables += 1;
    tableId = `contract-${tables}`;
    [ada, ben] = [await bank.addPlayer(), await bank.addPlayer()].sort() as [string, string];
    await bank.store.prepareTable(tableConfig(tableId));
  });
  describe("the life of a round", describeLife);
  describe("a lock", describeLock);
  describe("a void round", describeVoid);
  describe("posting", describePosting);
  describe("a table's past", describePast);
}

function describeLife(): void {
  it("begins with a table that has no past", async () => {
    const history = await bank.store.prepareTable(tableConfig(tableId));
    expect(history).toEqual({ lastRound: 0, lastPockets: [], voids: [], unfinished: null });
  });

  it("takes stakes, pays returns, and tells the new balances", async () => {
    await openRound(bank, tableId, 1);
    const posted = await bank.store.post(tableId, bet(ada, { round: 1, stakeChange: 300 }));
    expect(posted).toEqual({ status: "posted", balance: BANK_CHIPS - 300 });
    const settling = await lockAndDraw(bank, tableId, { round: 1, bets: [onRed(ada, 300)] });
    const { balances } = await bank.store.settleRound(settling);
    const after = BANK_CHIPS - 300 + (settling.payouts[0]?.returned ?? -1);
    expect(balances).toEqual(new Map([[ada, after]]));
    expect(await bank.balance(ada)).toBe(after);
  });

  it("is repeatable at every turn", async () => {
    const first = await openRound(bank, tableId, 1);
    expect(await openRound(bank, tableId, 1)).toBe(first);
    await bank.store.post(tableId, bet(ada, { round: 1, stakeChange: 50 }));
    const bets = [onRed(ada, 50)];
    const settling = await lockAndDraw(bank, tableId, { round: 1, bets });
    const again = await lockAndDraw(bank, tableId, { round: 1, bets });
    expect(again.seed).toBe(settling.seed);
    const once = await bank.store.settleRound(settling);
    await lockAndDraw(bank, tableId, { round: 1, bets });
    expect(await bank.store.settleRound(settling)).toEqual(once);
  });

  it("commits to each seed before it is out", async () => {
    const commitments: string[] = [];
    const seeds: string[] = [];
    for (let round = 1; round <= 5; round += 1) {
      commitments.push(await openRound(bank, tableId, round));
      const settling = await lockAndDraw(bank, tableId, { round, bets: [] });
      seeds.push(settling.seed);
      await bank.store.settleRound(settling);
    }
    expect(seeds.map(commitmentOf)).toEqual(commitments);
    expect(commitments.slice(1)).toEqual(seeds.slice(0, -1));
  });

  it("comes one by one", async () => {
    await expect(openRound(bank, tableId, 2)).rejects.toThrow();
    await openRound(bank, tableId, 1);
    await expect(openRound(bank, tableId, 2)).rejects.toThrow();
  });
}

function describeLock(): void {
  it("locks the bets of its operations, and no others", async () => {
    await openRound(bank, tableId, 1);
    const undo = { kind: "undo", stakeChange: -70, changes: [["black", -70]] } as const;
    await bank.store.post(
      tableId,
      bet(ada, { round: 1, stakeChange: 70, changes: [["black", 70]] }),
    );
    await bank.store.post(tableId, bet(ben, { round: 1, stakeChange: 30 }));
    await bank.store.post(
      tableId,
      bet(ada, { round: 1, stakeChange: 50, stakeAfter: asChips(120) }),
    );
    await bank.store.post(tableId, bet(ada, { round: 1, ...undo, stakeAfter: asChips(50) }));
    const bets = [onRed(ada, 50), onRed(ben, 30)];
    const another: (readonly Bet[])[] = [
      [],
      [onRed(ada, 50)],
      [onRed(ada, 30), onRed(ben, 50)],
      [{ ...onRed(ada, 50), spot: "black" }, onRed(ben, 30)],
      [...bets, { ...onRed(ada, 70), spot: "black" }],
    ];
    for (const others of another) {
      const locked = lockAndDraw(bank, tableId, { round: 1, bets: others });
      await expect(locked).rejects.toThrow("round 1 has other bets than its operations");
    }
    // It is as open as before, and goes on with the right ones.
    await bank.store.post(tableId, bet(ben, { round: 1, stakeChange: 5, stakeAfter: asChips(35) }));
    const settling = await lockAndDraw(bank, tableId, {
      round: 1,
      bets: [onRed(ada, 50), onRed(ben, 35)],
    });
    await bank.store.settleRound(settling);
    expect(await bank.balance(ben)).not.toBe(BANK_CHIPS);
  });
}

function describeVoid(): void {
  it("gives every stake back, once, and keeps its number", async () => {
    await openRound(bank, tableId, 1);
    await bank.store.post(tableId, bet(ada, { round: 1, stakeChange: 70 }));
    await bank.store.post(tableId, bet(ben, { round: 1, stakeChange: 30 }));
    const undo = { kind: "undo", stakeChange: -70, changes: [["red", -70]] } as const;
    await bank.store.post(tableId, bet(ada, { round: 1, ...undo }));
    const voiding = { tableId, round: 1, reason: "a test", voidedAt: bank.clock.now() };
    const voided = await bank.store.voidRound(voiding);
    expect(voided.stakes).toEqual(new Map([[ben, 30]]));
    expect(voided.balances).toEqual(new Map([[ben, BANK_CHIPS]]));
    expect(await bank.store.voidRound(voiding)).toEqual(voided);
    expect(await bank.balance(ben)).toBe(BANK_CHIPS);
    // Ada had taken hers back herself.
    const adas = { playerId: ada, stake: 0, balance: BANK_CHIPS };
    const bens = { playerId: ben, stake: 30, balance: BANK_CHIPS };
    const first = { round: 1, reason: "a test", players: [adas, bens] };
    const finished = { lastRound: 1, lastPockets: [], voids: [first], unfinished: null };
    expect(await history()).toEqual(finished);
    await openRound(bank, tableId, 2);
    await bank.store.post(tableId, bet(ben, { round: 2, stakeChange: 7 }));
    const now = { ...first, players: [adas, { ...bens, balance: BANK_CHIPS - 7 }] };
    expect(await history()).toMatchObject({ lastRound: 1, voids: [now], unfinished: { round: 2 } });
  });

  it("is known with all others since the last settled one, oldest first", async () => {
    await playRound(bank, tableId, { round: 1, bets: [] });
    const voidRound = async (round: number) => {
      await openRound(bank, tableId, round);
      await bank.store.post(tableId, bet(ada, { round, stakeChange: round }));
      const reason = `test ${round}`;
      await bank.store.voidRound({ tableId, round, reason, voidedAt: bank.clock.now() });
      return { round, reason, players: [{ playerId: ada, stake: round, balance: BANK_CHIPS }] };
    };
    const voids = [await voidRound(2), await voidRound(3)];
    expect(await history()).toMatchObject({ lastRound: 3, voids });
    for (let round = 4; round <= 2 + MOST_VOID_ROUNDS; round += 1)
      voids.push(await voidRound(round));
    expect(await history()).toMatchObject({ voids: voids.slice(-MOST_VOID_ROUNDS) });
    const lastRound = 3 + MOST_VOID_ROUNDS;
    await playRound(bank, tableId, { round: lastRound, bets: [] });
    expect(await history()).toMatchObject({ lastRound, voids: [] });
  });

  it("is not settled, and a settled one is not void", async () => {
    await openRound(bank, tableId, 1);
    const settling = await lockAndDraw(bank, tableId, { round: 1, bets: [] });
    const now = bank.clock.now();
    await bank.store.voidRound({ tableId, round: 1, reason: "x", voidedAt: now });
    await expect(bank.store.settleRound(settling)).rejects.toThrow("cannot be settled");
    await playRound(bank, tableId, { round: 2, bets: [] });
    const voiding = { tableId, round: 2, reason: "x", voidedAt: now };
    await expect(bank.store.voidRound(voiding)).rejects.toThrow("cannot be void");
  });
}

function describePosting(): void {
  it("decides many of one player at once in their order", async () => {
    await openRound(bank, tableId, 1);
    const results = await Promise.all(
      [6_000, 6_000, -6_000, 6_000].map((stakeChange) =>
        bank.store.post(tableId, bet(ada, { round: 1, stakeChange })),
      ),
    );
    expect(results).toEqual([
      { status: "posted", balance: 4_000 },
      { status: "insufficient", balance: 4_000 },
      { status: "posted", balance: 10_000 },
      { status: "posted", balance: 4_000 },
    ]);
    expect(await bank.balance(ada)).toBe(4_000);
  });

  it("knows an op again: at once, later, and in another round", async () => {
    await openRound(bank, tableId, 1);
    const chipsAfter = [["red", asChips(20)]] as const;
    const parts = { op: `same-${tableId}`, stakeChange: 20, kind: "double", chipsAfter } as const;
    const posting = bet(ada, { round: 1, ...parts });
    const { op, content } = posting;
    const [first, again, reused] = await Promise.all([
      bank.store.post(tableId, posting),
      bank.store.post(tableId, posting),
      bank.store.post(tableId, { ...posting, content: "something else" }),
    ]);
    const answer = { op, round: 1, stake: 20, balance: BANK_CHIPS - 20, chips: chipsAfter };
    expect(first).toEqual({ status: "posted", balance: BANK_CHIPS - 20 });
    expect(again).toEqual({ status: "already", sameContent: true, answer });
    expect(reused).toEqual({ status: "already", sameContent: false, answer });
    const settling = await lockAndDraw(bank, tableId, { round: 1, bets: [onRed(ada, 20)] });
    await bank.store.settleRound(settling);
    await openRound(bank, tableId, 2);
    const later = await bank.store.post(tableId, { ...posting, round: 2 });
    expect(later).toEqual({ status: "already", sameContent: true, answer });
    const recalled = await bank.store.recall(tableId, { playerId: ada, op, content });
    expect(recalled).toEqual({ sameContent: true, answer });
    expect(await bank.store.recall(tableId, { playerId: ben, op, content })).toBeNull();
  });

  it("takes an op at another table for another operation", async () => {
    const other = `${tableId}-other`;
    await bank.store.prepareTable(tableConfig(other));
    await openRound(bank, tableId, 1);
    await openRound(bank, other, 1);
    const posting = bet(ada, { round: 1, stakeChange: 20 });
    const { op, content } = posting;
    const answer = { op, round: 1, stake: 20, balance: BANK_CHIPS - 20 };
    const [here, there] = await Promise.all([
      bank.store.post(tableId, posting),
      bank.store.post(other, posting),
    ]);
    expect(here).toEqual({ status: "posted", balance: BANK_CHIPS - 20 });
    const known = { sameContent: false, answer };
    expect(there).toEqual({ status: "already", ...known });
    expect(await bank.store.post(other, posting)).toEqual({ status: "already", ...known });
    expect(await bank.store.recall(other, { playerId: ada, op, content })).toEqual(known);
    expect(await bank.balance(ada)).toBe(BANK_CHIPS - 20);
  });

  it("refuses a round that is not open, and only that operation", async () => {
    await openRound(bank, tableId, 1);
    const results = await Promise.allSettled([
      bank.store.post(tableId, bet(ada, { round: 2 })),
      bank.store.post(tableId, bet(ben, { round: 1 })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    await lockAndDraw(bank, tableId, { round: 1, bets: [onRed(ben, 10)] });
    await expect(bank.store.post(tableId, bet(ada, { round: 1 }))).rejects.toThrow();
    expect(await bank.balance(ada)).toBe(BANK_CHIPS);
  });
}

function describePast(): void {
  it("is a running round with its operations", async () => {
    const { pocket } = await playRound(bank, tableId, { round: 1, bets: [onRed(ada, 5)] });
    const clientSeeds = [{ playerId: ada, seed: "my-seed" }];
    const terms = { wheel: "european", zeroRule: "la-partage", openedAt: 123_456 } as const;
    const opening = { ...terms, round: 2, entropy: entropyOf(clientSeeds), clientSeeds };
    const { commitment, openedAt } = await bank.store.openRound({ ...opening, tableId });
    expect(openedAt).toBe(123_456);
    // Asked for again, it was opened when it was opened.
    const again = await bank.store.openRound({ ...opening, tableId, openedAt: 130_000 });
    expect(again).toEqual({ commitment, openedAt });
    const posting = bet(ben, { round: 2, stakeChange: 15 });
    const { op, kind, changes } = posting;
    await bank.store.post(tableId, posting);
    const answer = { op, round: 2, stake: 15, balance: BANK_CHIPS - 15 };
    expect(await bank.store.prepareTable(tableConfig(tableId))).toEqual({
      lastRound: 1,
      lastPockets: [pocket],
      voids: [],
      unfinished: {
        ...opening,
        commitment,
        status: "open",
        betsDigest: null,
        operations: [{ playerId: ben, op, kind, changes, answer }],
      },
    });
    const betsDigest = betsDigestOf([onRed(ben, 15)]);
    await bank.store.lockRound({ tableId, round: 2, betsDigest, lockedAt: 123_500 });
    const { unfinished } = await bank.store.prepareTable(tableConfig(tableId));
    expect(unfinished).toMatchObject({ status: "locked", betsDigest });
  });

  it("remembers a player's last chips, whatever rounds came since", async () => {
    expect(await bank.store.lastChips(tableId, ada)).toEqual([]);
    const bets: Bet[] = [
      { playerId: ada, spot: "black", amount: asChips(3) },
      { playerId: ada, spot: "red", amount: asChips(4) },
    ];
    await playRound(bank, tableId, { round: 1, bets });
    await playRound(bank, tableId, { round: 2, bets: [onRed(ben, 9)] });
    const lastChips = [
      ["black", 3],
      ["red", 4],
    ];
    expect(await bank.store.lastChips(tableId, ada)).toEqual(lastChips);
  });

  it("remembers what a player had in a round that is void", async () => {
    await playRound(bank, tableId, { round: 1, bets: [onRed(ada, 4), onRed(ben, 9)] });
    await openRound(bank, tableId, 2);
    const changes = [["black", asChips(6)]] as const;
    await bank.store.post(tableId, bet(ada, { round: 2, stakeChange: 6, changes }));
    const undo = { kind: "undo", stakeChange: -5, changes: [["red", -5]] } as const;
    await bank.store.post(tableId, bet(ben, { round: 2, stakeChange: 5 }));
    await bank.store.post(tableId, bet(ben, { round: 2, ...undo }));
    const voiding = { tableId, round: 2, reason: "a test", voidedAt: bank.clock.now() };
    await bank.store.voidRound(voiding);
    expect(await bank.store.lastChips(tableId, ada)).toEqual([["black", 6]]);
    expect(await bank.store.lastChips(tableId, ben)).toEqual([["red", 9]]);
  });
}
