import { randomBytes } from "node:crypto";
import { asChips } from "@croupier/shared/core/chips";
import { commitmentOf, entropyOf } from "@croupier/shared/core/fairness";
import type { Bet } from "@croupier/shared/core/types";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import type { BankRig } from "../testing/bankRig.ts";
import {
  bet,
  createBankRig,
  lockAndDraw,
  openRound,
  playRound,
  STARTING_CHIPS,
  tableConfig,
} from "../testing/bankRig.ts";
import { SeedKeyError } from "./seedVault.ts";
import { createPostgresTableStore } from "./tableStore.ts";

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

describe("the life of a round", () => {
  it("begins with a table that has no past", async () => {
    const history = await rig.store.prepareTable(tableConfig(tableId));
    expect(history).toEqual({ lastRound: 0, lastPockets: [], unfinished: null });
  });

  it("moves stakes to the escrow and out of it, and tells the new balances", async () => {
    await openRound(rig, tableId, 1);
    const posted = await rig.store.post(tableId, bet(ada, { round: 1, stakeChange: 300 }));
    expect(posted).toEqual({ status: "posted", balance: STARTING_CHIPS - 300 });
    expect(await escrow()).toBe(300);
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets: [onRed(ada, 300)] });
    const { balances } = await rig.store.settleRound(settling);
    const returned = settling.payouts[0]?.returned ?? -1;
    expect(balances).toEqual(new Map([[ada, STARTING_CHIPS - 300 + returned]]));
    expect(await rig.players.balance(ada)).toBe(STARTING_CHIPS - 300 + returned);
    expect(await escrow()).toBe(0);
  });

  it("is repeatable at every turn", async () => {
    const first = await openRound(rig, tableId, 1);
    expect(await openRound(rig, tableId, 1)).toBe(first);
    await rig.store.post(tableId, bet(ada, { round: 1, stakeChange: 50 }));
    const bets = [onRed(ada, 50)];
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets });
    expect((await lockAndDraw(rig, tableId, { round: 1, bets })).seed).toBe(settling.seed);
    const once = await rig.store.settleRound(settling);
    expect(await rig.store.settleRound(settling)).toEqual(once);
  });

  it("commits to each seed before it is out", async () => {
    const commitments: string[] = [];
    const seeds: string[] = [];
    for (let round = 1; round <= 5; round += 1) {
      commitments.push(await openRound(rig, tableId, round));
      const settling = await lockAndDraw(rig, tableId, { round, bets: [] });
      seeds.push(settling.seed);
      await rig.store.settleRound(settling);
    }
    expect(seeds.map(commitmentOf)).toEqual(commitments);
    expect(commitments.slice(1)).toEqual(seeds.slice(0, -1));
  });

  it("refuses a round out of turn", async () => {
    await expect(openRound(rig, tableId, 2)).rejects.toThrow("round 2 does not follow 0");
    await openRound(rig, tableId, 1);
    await expect(openRound(rig, tableId, 2)).rejects.toThrow(/rounds_unfinished/);
  });

  it("refuses a settlement that is not worth what was staked", async () => {
    await openRound(rig, tableId, 1);
    await rig.store.post(tableId, bet(ada, { round: 1, stakeChange: 50 }));
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets: [onRed(ada, 60)] });
    await expect(rig.store.settleRound(settling)).rejects.toThrow("escrow has 50, the bets are 60");
    expect(await escrow()).toBe(50);
  });

  it("refuses a seed that was not committed to", async () => {
    await openRound(rig, tableId, 1);
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets: [] });
    const other = { ...settling, seed: randomBytes(32).toString("hex") };
    await expect(rig.store.settleRound(other)).rejects.toThrow("not the seed");
  });
});

describe("a void round", () => {
  it("gives every stake back, keeps its number and releases its seed", async () => {
    const commitment = await openRound(rig, tableId, 1);
    await rig.store.post(tableId, bet(ada, { round: 1, stakeChange: 70 }));
    await rig.store.post(tableId, bet(ben, { round: 1, stakeChange: 30 }));
    const undo = { kind: "undo", stakeChange: -70, changes: [["red", -70]] } as const;
    await rig.store.post(tableId, bet(ada, { round: 1, ...undo }));
    const voiding = { tableId, round: 1, reason: "a\nbug", voidedAt: rig.clock.now() };
    const voided = await rig.store.voidRound(voiding);
    expect(voided.stakes).toEqual(new Map([[ben, 30]]));
    expect(voided.balances).toEqual(new Map([[ben, STARTING_CHIPS]]));
    expect(await rig.store.voidRound(voiding)).toEqual(voided);
    expect(await escrow()).toBe(0);
    const { rows } = await rig.database.pool.query(
      "SELECT seed, reason FROM rounds WHERE table_id = $1",
      [tableId],
    );
    expect(commitmentOf(rows[0].seed.toString("hex"))).toBe(commitment);
    expect(rows[0].reason).toBe("a bug");
    const history = await rig.store.prepareTable(tableConfig(tableId));
    expect(history).toEqual({ lastRound: 1, lastPockets: [], unfinished: null });
  });

  it("is not settled, and a settled one is not void", async () => {
    await openRound(rig, tableId, 1);
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets: [] });
    await rig.store.voidRound({ tableId, round: 1, reason: "x", voidedAt: rig.clock.now() });
    await expect(rig.store.settleRound(settling)).rejects.toThrow("cannot be settled");
    await playRound(rig, tableId, { round: 2, bets: [] });
    const voiding = { tableId, round: 2, reason: "x", voidedAt: rig.clock.now() };
    await expect(rig.store.voidRound(voiding)).rejects.toThrow("cannot be void");
  });
});

describe("posting", () => {
  it("refuses what the balance does not cover, and moves nothing", async () => {
    await openRound(rig, tableId, 1);
    const tooMuch = bet(ada, { round: 1, stakeChange: STARTING_CHIPS + 1 });
    const refused = { status: "insufficient", balance: STARTING_CHIPS };
    expect(await rig.store.post(tableId, tooMuch)).toEqual(refused);
    expect(await escrow()).toBe(0);
  });

  it("decides many of one player in one flush in their order", async () => {
    await openRound(rig, tableId, 1);
    const results = await Promise.all(
      [6_000, 6_000, -6_000, 6_000].map((stakeChange) =>
        rig.store.post(tableId, bet(ada, { round: 1, stakeChange })),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual([
      "posted",
      "insufficient",
      "posted",
      "posted",
    ]);
    expect(await rig.players.balance(ada)).toBe(4_000);
    expect(await escrow()).toBe(6_000);
  });

  it("knows an op again: in the same flush, later, and in another round", async () => {
    await openRound(rig, tableId, 1);
    const chipsAfter = [["red", asChips(20)]] as const;
    const posting = bet(ada, { round: 1, op: "same", stakeChange: 20, kind: "double", chipsAfter });
    const other = { ...posting, content: "something else" };
    const [first, again, reused] = await Promise.all([
      rig.store.post(tableId, posting),
      rig.store.post(tableId, posting),
      rig.store.post(tableId, other),
    ]);
    const answer = { op: "same", round: 1, stake: 20, balance: 9_980, chips: chipsAfter };
    expect(first).toEqual({ status: "posted", balance: 9_980 });
    expect(again).toEqual({ status: "already", sameContent: true, answer });
    expect(reused).toEqual({ status: "already", sameContent: false, answer });
    await rig.store.settleRound(
      await lockAndDraw(rig, tableId, { round: 1, bets: [onRed(ada, 20)] }),
    );
    await openRound(rig, tableId, 2);
    const later = await rig.store.post(tableId, { ...posting, round: 2 });
    expect(later).toEqual({ status: "already", sameContent: true, answer });
    const { content } = posting;
    const recalled = await rig.store.recall({ playerId: ada, op: "same", content });
    expect(recalled).toEqual({ sameContent: true, answer });
    expect(await rig.store.recall({ playerId: ben, op: "same", content })).toBeNull();
  });

  it("refuses a round that is not open, and only that operation", async () => {
    await openRound(rig, tableId, 1);
    const results = await Promise.allSettled([
      rig.store.post(tableId, bet(ada, { round: 2 })),
      rig.store.post(tableId, bet("nobody", { round: 1 })),
      rig.store.post(tableId, bet(ben, { round: 1 })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    await lockAndDraw(rig, tableId, { round: 1, bets: [onRed(ben, 10)] });
    await expect(rig.store.post(tableId, bet(ada, { round: 1 }))).rejects.toThrow(
      "takes no operations",
    );
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

  it("posts on many tables while others settle, without a deadlock", async () => {
    const names = Array.from({ length: 6 }, (_, index) => `${tableId}-${index}`);
    const guests = await Promise.all(
      Array.from({ length: 8 }, () => rig.players.registerGuest({})),
    );
    for (const name of names) await rig.store.prepareTable(tableConfig(name));
    await Promise.all(
      names.map(async (name) => {
        for (let round = 1; round <= 5; round += 1) {
          const bets = guests
            .map(({ playerId }) => onRed(playerId, 5))
            .toSorted((left, right) => (left.playerId < right.playerId ? -1 : 1));
          await playRound(rig, name, { round, bets });
        }
      }),
    );
    const { rows } = await rig.database.pool.query(
      "SELECT sum(balance)::bigint AS s FROM accounts",
    );
    expect(rows[0].s).toBe(0);
  });
});

describe("a table's past", () => {
  it("is a running round with its operations", async () => {
    await playRound(rig, tableId, { round: 1, bets: [onRed(ada, 5)] });
    const clientSeeds = [{ playerId: ada, seed: "my-seed" }];
    const entropy = entropyOf(clientSeeds);
    const [wheel, zeroRule] = ["european", "la-partage"] as const;
    const opening = { tableId, round: 2, wheel, zeroRule, entropy, clientSeeds, openedAt: 123_456 };
    const { commitment } = await rig.store.openRound(opening);
    const posting = bet(ben, { round: 2, op: "b1", stakeChange: 15 });
    await rig.store.post(tableId, posting);
    const history = await rig.store.prepareTable(tableConfig(tableId));
    const { tableId: _, ...opened } = opening;
    expect(history.lastRound).toBe(1);
    expect(history.lastPockets).toHaveLength(1);
    expect(history.unfinished).toEqual({
      ...opened,
      commitment,
      status: "open",
      betsDigest: null,
      operations: [
        {
          playerId: ben,
          op: "b1",
          kind: "bet",
          changes: posting.changes,
          answer: { op: "b1", round: 2, stake: 15, balance: STARTING_CHIPS - 15 },
        },
      ],
    });
  });

  it("remembers a player's last chips, whatever rounds came since", async () => {
    expect(await rig.store.lastChips(tableId, ada)).toEqual([]);
    const spots: Bet[] = [
      { playerId: ada, spot: "black", amount: asChips(3) },
      { playerId: ada, spot: "red", amount: asChips(4) },
    ];
    await playRound(rig, tableId, { round: 1, bets: spots });
    await playRound(rig, tableId, { round: 2, bets: [onRed(ben, 9)] });
    expect(await rig.store.lastChips(tableId, ada)).toEqual([
      ["black", 3],
      ["red", 4],
    ]);
  });
});

describe("seed chains", () => {
  it("follow one another without a gap, each anchored ahead", async () => {
    const short = createPostgresTableStore({
      ...rig,
      pool: rig.database.pool,
      log: createLogger("silent"),
      chainLength: 3,
    });
    const withShort = { ...rig, store: short };
    const other = `${tableId}-short`;
    await short.prepareTable(tableConfig(other));
    for (let round = 1; round <= 8; round += 1) {
      const commitment = await openRound(withShort, other, round);
      const settling = await lockAndDraw(withShort, other, { round, bets: [] });
      expect(commitmentOf(settling.seed)).toBe(commitment);
      await short.settleRound(settling);
    }
    await short.prepareTable(tableConfig(other));
    const { rows } = await rig.database.pool.query(
      "SELECT first_round FROM seed_chains WHERE table_id = $1 ORDER BY 1",
      [other],
    );
    expect(rows.map(({ first_round }) => first_round).slice(0, 3)).toEqual([1, 4, 7]);
  });

  it("stay shut for another key", async () => {
    const store = createPostgresTableStore({
      ...rig,
      pool: rig.database.pool,
      log: createLogger("silent"),
      seedKey: randomBytes(32),
    });
    await expect(store.prepareTable(tableConfig(tableId))).rejects.toThrow(SeedKeyError);
  });
});
