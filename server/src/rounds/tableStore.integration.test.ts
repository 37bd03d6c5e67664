import { randomBytes } from "node:crypto";
import { asChips } from "@croupier/shared/core/chips";
import { commitmentOf } from "@croupier/shared/core/fairness";
import type { Bet } from "@croupier/shared/core/types";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import { storeOfAnyTable } from "../testing/anyTable.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import { bet, lockAndDraw, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { describeTableStore } from "../testing/tableStoreContract.ts";
import { SeedKeyError } from "./seedVault.ts";
import { createPostgresTableStores } from "./tableStore.ts";

let rig: BankRig;
let tables = 0;
/** A table of the test's own. */
let tableId: string;
let ada: string;
let ben: string;

beforeAll(async () => {
  rig = await createBankRig();
});
afterAll(() => rig?.database.close());
beforeEach(async () => {
  tables += 1;
  tableId = `table-${tables}`;
  ada = (await rig.players.registerGuest({ name: "Ada" })).playerId;
  ben = (await rig.players.registerGuest({ name: "Ben" })).playerId;
  await rig.store.prepareTable(tableConfig(tableId));
});

describeTableStore(() => ({
  ...rig,
  addPlayer: async () => (await rig.players.registerGuest({})).playerId,
  balance: (playerId) => rig.players.balance(playerId),
}));

const escrow = async () => {
  const { rows } = await rig.database.pool.query(
    "SELECT balance FROM accounts WHERE table_id = $1 AND kind = 'escrow'",
    [tableId],
  );
  return rows[0]?.balance;
};
const onRed = (playerId: string, amount: number): Bet => ({
  playerId,
  spot: "red",
  amount: asChips(amount),
});
/** Another store on the same database. */
const anotherStore = (parts: { seedKey?: Buffer; chainLength?: number }) =>
  storeOfAnyTable(
    createPostgresTableStores({
      ...rig,
      pool: rig.database.pool,
      pipelined: rig.database.pipelined,
      log: createLogger("silent"),
      chainLength: 5_000,
      ...parts,
    }),
    rig.leaseOf,
  );

it("has a round's times in order, however far behind the next holder's clock is", async () => {
  const openedAt = rig.clock.now();
  await openRound(rig, tableId, 1);
  await rig.store.post(tableId, bet(ada, { round: 1, stakeChange: 10 }));
  const behind = { ...rig, clock: { now: () => openedAt - 10_000 } };
  const settling = await lockAndDraw(behind, tableId, { round: 1, bets: [onRed(ada, 10)] });
  await rig.store.settleRound(settling);
  await openRound(rig, tableId, 2);
  const voiding = { tableId, round: 2, reason: "a test", voidedAt: openedAt - 10_000 };
  await rig.store.voidRound(voiding);
  const { rows } = await rig.database.pool.query(
    `SELECT opened_at <= coalesce(locked_at, opened_at) AND opened_at <= settled_at
       AND coalesce(locked_at, opened_at) <= settled_at AS ordered
     FROM rounds WHERE table_id = $1`,
    [tableId],
  );
  expect(rows).toEqual([{ ordered: true }, { ordered: true }]);
});

describe("a settlement", () => {
  it("empties the escrow that the stakes filled", async () => {
    await openRound(rig, tableId, 1);
    await rig.store.post(tableId, bet(ada, { round: 1, stakeChange: 300 }));
    expect(await escrow()).toBe(300);
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets: [onRed(ada, 300)] });
    await rig.store.settleRound(settling);
    expect(await escrow()).toBe(0);
  });

  it("is refused with other bets than those that were locked", async () => {
    await openRound(rig, tableId, 1);
    await rig.store.post(tableId, bet(ada, { round: 1, stakeChange: 50 }));
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets: [onRed(ada, 50)] });
    const settleWith = (change: Partial<Bet>) =>
      rig.store.settleRound({
        ...settling,
        bets: settling.bets.map((placed) => ({ ...placed, ...change })),
        payouts: settling.payouts.map((paid) => ({
          ...paid,
          playerId: change.playerId ?? paid.playerId,
          stake: change.amount ?? paid.stake,
        })),
      });
    const otherBets = "round 1 was locked with other bets";
    await expect(settleWith({ spot: "black" })).rejects.toThrow(otherBets);
    await expect(settleWith({ playerId: ben })).rejects.toThrow(otherBets);
    const otherChips = "escrow has 50, the bets are 60";
    await expect(settleWith({ amount: asChips(60) })).rejects.toThrow(otherChips);
    expect(await escrow()).toBe(50);
    await rig.store.settleRound(settling);
    expect(await escrow()).toBe(0);
  });

  it("is refused with a seed that was not committed to", async () => {
    await openRound(rig, tableId, 1);
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets: [] });
    const other = { ...settling, seed: randomBytes(32).toString("hex") };
    await expect(rig.store.settleRound(other)).rejects.toThrow("not the seed");
  });
});

describe("a void round", () => {
  it("releases its seed and its reason, in one line", async () => {
    const commitment = await openRound(rig, tableId, 1);
    const reason = "a\nbug\u0000";
    await rig.store.voidRound({ tableId, round: 1, reason, voidedAt: rig.clock.now() });
    const { rows } = await rig.database.pool.query(
      "SELECT seed, reason FROM rounds WHERE table_id = $1",
      [tableId],
    );
    expect(commitmentOf(rows[0].seed.toString("hex"))).toBe(commitment);
    expect(rows[0].reason).toBe("a bug");
  });
});

describe("posting", () => {
  it("refuses who has no account, and only that operation", async () => {
    await openRound(rig, tableId, 1);
    const results = await Promise.allSettled([
      rig.store.post(tableId, bet("nobody", { round: 1 })),
      rig.store.post(tableId, bet(ben, { round: 1 })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });

  it("keeps the others whole when one of a flush breaks a constraint", async () => {
    await openRound(rig, tableId, 1);
    // Nobody has staked: a release would take the escrow below zero.
    const results = await Promise.allSettled([
      rig.store.post(tableId, bet(ada, { round: 1, stakeChange: -500 })),
      rig.store.post(tableId, bet(ben, { round: 1, stakeChange: 40 })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(await escrow()).toBe(40);
    expect(await rig.players.balance(ada)).toBe(STARTING_CHIPS);
  });

  it("goes on at many tables while others settle, without a deadlock", async () => {
    const names = Array.from({ length: 6 }, (_, index) => `${tableId}-${index}`);
    const guests = await Promise.all(
      Array.from({ length: 8 }, () => rig.players.registerGuest({})),
    );
    for (const name of names) await rig.store.prepareTable(tableConfig(name));
    // Two stores, as of two processes: their flushes meet in the database only.
    const stores = [rig.store, anotherStore({ chainLength: 5_000 })];
    for (const name of names) await stores[1]?.prepareTable(tableConfig(name));
    await Promise.all(
      names.map(async (name, index) => {
        const store = stores[index % stores.length] ?? rig.store;
        for (let round = 1; round <= 5; round += 1) {
          const bets = guests
            .map(({ playerId }) => onRed(playerId, 5))
            .toSorted((left, right) => (left.playerId < right.playerId ? -1 : 1));
          await playRound({ store, clock: rig.clock }, name, { round, bets });
        }
      }),
    );
    const { rows } = await rig.database.pool.query(
      "SELECT sum(balance)::bigint AS s FROM accounts",
    );
    expect(rows[0].s).toBe(0);
  });
});

describe("the house", () => {
  it("is filled up between rounds when it could not pay two of its worst", async () => {
    const house = async () => {
      const { rows } = await rig.database.pool.query(
        "SELECT balance FROM accounts WHERE table_id = $1 AND kind = 'house'",
        [tableId],
      );
      return rows[0]?.balance;
    };
    const { houseMax } = tableConfig(tableId).limits;
    expect(await house()).toBe(houseMax * 10);
    const limits = { ...tableConfig(tableId).limits, houseMax: asChips(houseMax * 6) };
    await rig.store.prepareTable({ ...tableConfig(tableId), limits });
    expect(await house()).toBe(houseMax * 60);
    await rig.store.prepareTable(tableConfig(tableId));
    expect(await house()).toBe(houseMax * 60);
  });
});

describe("seed chains", () => {
  it("follow one another without a gap, each anchored ahead", async () => {
    const store = anotherStore({ chainLength: 3 });
    const other = `${tableId}-short`;
    await store.prepareTable(tableConfig(other));
    for (let round = 1; round <= 8; round += 1) {
      const commitment = await openRound({ store, clock: rig.clock }, other, round);
      const short = { store, clock: rig.clock };
      const settling = await lockAndDraw(short, other, { round, bets: [] });
      expect(commitmentOf(settling.seed)).toBe(commitment);
      await store.settleRound(settling);
    }
    const { rows } = await rig.database.pool.query(
      "SELECT first_round FROM seed_chains WHERE table_id = $1 ORDER BY 1",
      [other],
    );
    expect(rows.map(({ first_round }) => first_round).slice(0, 3)).toEqual([1, 4, 7]);
  });

  it("stay shut for another key", async () => {
    const store = anotherStore({ seedKey: randomBytes(32) });
    await expect(store.prepareTable(tableConfig(tableId))).rejects.toThrow(SeedKeyError);
  });
});
