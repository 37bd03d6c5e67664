/** Who won most, in the database: slice by slice, while the house plays on. */
import { asChips } from "@croupier/shared/core/chips";
import { PERIODS } from "@croupier/shared/protocol/leaderboard";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createArchive } from "../http/records.ts";
import { createLogger } from "../platform/log.ts";
import { UNKNOWN_CLOSING_MS } from "../tables/spun.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { leadersByBets } from "../testing/leadersByBets.ts";
import { withoutTimers } from "../testing/manualClock.ts";
import { bet, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { EventDesk } from "./eventDesk.ts";
import { LeaderTotals } from "./leaderTotals.ts";

const DAY_MS = 86_400_000;
const TABLES = ["one", "two"].map(tableConfig);
/** Longer than a ball takes. */
const SPUN_MS = 200;

let rig: BankRig;
let [ada, bob] = ["", ""];
let rounds: Map<string, number>;

beforeEach(async () => {
  rig = await createBankRig();
  rounds = new Map();
  [ada = "", bob = ""] = await Promise.all(
    ["Ada", "Bob"].map(async (name) => (await rig.players.registerGuest({ name })).playerId),
  );
  for (const config of TABLES) await rig.store.prepareTable(config);
});
afterEach(() => rig.database.close());

/** A round has two bets, so a slice of three ends in the middle of one, and takes it whole. */
const totalsOf = (betsAtOnce = 3, tables = TABLES) =>
  new LeaderTotals({ pool: rig.database.serverPool, tables, betsAtOnce });

async function play(tableId: string, amount = 10): Promise<void> {
  const round = (rounds.get(tableId) ?? 0) + 1;
  rounds.set(tableId, round);
  const bets = [
    { playerId: ada, spot: "red", amount: asChips(amount) },
    { playerId: bob, spot: "black", amount: asChips(amount) },
  ];
  await playRound(rig, tableId, {
    round,
    bets: bets.toSorted((one, other) => (one.playerId < other.playerId ? -1 : 1)),
  });
}

/** Rounds of two weeks, the oldest of which are of no day any more, and a void one. */
async function playTwoWeeks(): Promise<void> {
  for (let day = 0; day < 14; day += 1) {
    await play("one", 10 + day);
    if (day % 2 === 0) await play("two");
    rig.clock.advance(DAY_MS);
  }
  const round = (rounds.get("two") ?? 0) + 1;
  rounds.set("two", round);
  await openRound(rig, "two", round);
  await rig.store.post("two", bet(ada, { round }));
  await rig.store.voidRound({
    ...{ tableId: "two", round, reason: "for a test", voidedAt: rig.clock.now() },
  });
  await play("two", 7);
  rig.clock.advance(SPUN_MS);
}

/** Answers in how many steps. */
async function catchUp(totals: LeaderTotals): Promise<number> {
  let steps = 0;
  while (await totals.advance(rig.clock.now())) steps += 1;
  return steps;
}

async function expectTrue(totals: LeaderTotals): Promise<void> {
  for (const period of PERIODS) {
    const byBets = await leadersByBets(rig.database.pool, period, rig.clock.now());
    expect(await totals.best(period, rig.clock.now()), period).toEqual(byBets);
  }
}

describe("totals", () => {
  it("are made in slices of few bets, and are as all bets together", async () => {
    await playTwoWeeks();
    const totals = totalsOf();
    // 23 rounds with two bets or none, two at most in a slice; and the turn of the day.
    expect(await catchUp(totals)).toBeGreaterThanOrEqual(12);
    await expectTrue(totals);
    expect((await totals.best("all", rig.clock.now())).map((row) => row.rounds)).toEqual([22, 22]);
    expect(await totals.advance(rig.clock.now())).toBe(false);
  });

  it("are not told before they are whole", async () => {
    await playTwoWeeks();
    // As where there were bets before there were totals.
    await rig.database.pool.query("UPDATE leader_progress SET is_whole = false");
    const totals = totalsOf();
    for (let step = 0; step < 5; step += 1) await totals.advance(rig.clock.now());
    await expect(totals.best("all", rig.clock.now())).rejects.toThrow(BankUnavailableError);
    expect([await totals.version(), await totals.all(rig.clock.now())]).toEqual([null, null]);
    await catchUp(totals);
    await expectTrue(totals);
    // What comes later is added to what is told.
    await play("one");
    rig.clock.advance(SPUN_MS);
    expect(await totals.best("all", rig.clock.now())).toHaveLength(2);
    await catchUp(totals);
    await expectTrue(totals);
  });

  it("have a round once, whoever adds it, and however often that fails", async () => {
    await playTwoWeeks();
    const { pool } = rig.database;
    const all = Array.from({ length: 3 }, () => totalsOf());
    for (let turn = 0; turn < 4; turn += 1) {
      await Promise.all(all.map((one) => one.advance(rig.clock.now())));
    }
    // The progress cannot be noted: what was added with it is not there either.
    await pool.query("ALTER TABLE leader_progress ADD CONSTRAINT stop CHECK (false) NOT VALID");
    await expect(all[0]?.advance(rig.clock.now())).rejects.toThrow(/"stop"/);
    await pool.query("ALTER TABLE leader_progress DROP CONSTRAINT stop");
    await Promise.all(all.map(catchUp));
    await catchUp(totalsOf());
    await expectTrue(totalsOf());
  });

  it("have a round of a table that is not known when its ball is spun at the latest", async () => {
    await play("two");
    const totals = totalsOf(3, TABLES.slice(0, 1));
    rig.clock.advance(UNKNOWN_CLOSING_MS - 1);
    await catchUp(totals);
    expect(await totals.best("all", rig.clock.now())).toEqual([]);
    rig.clock.advance(1);
    await catchUp(totals);
    await expectTrue(totals);
  });

  it("wait for nobody who adds to them", async () => {
    await play("one");
    rig.clock.advance(SPUN_MS);
    const totals = totalsOf();
    const client = await rig.database.pool.connect();
    await client.query("BEGIN; SELECT FROM leader_progress FOR UPDATE");
    expect(await totals.advance(rig.clock.now())).toBe(false);
    await client.query("ROLLBACK");
    client.release();
    await catchUp(totals);
    await expectTrue(totals);
  });

  it("have no round before its ball is spun", async () => {
    const totals = totalsOf();
    await catchUp(totals);
    await play("one");
    await catchUp(totals);
    expect(await totals.best("day", rig.clock.now())).toEqual([]);
    rig.clock.advance(SPUN_MS);
    await catchUp(totals);
    expect(await totals.best("day", rig.clock.now())).toHaveLength(2);
  });

  it("go on from day to day, and keep the days of a week", async () => {
    const totals = totalsOf();
    await catchUp(totals);
    for (const days of [1, 1, 2, 7, 3]) {
      await play("one", 5 + days);
      // The day ends while the ball is spinning, for one of them.
      rig.clock.advance(days * DAY_MS);
      await play("two", 30);
      rig.clock.advance(SPUN_MS);
      await catchUp(totals);
      await expectTrue(totals);
    }
    const { rows } = await rig.database.pool.query(
      "SELECT DISTINCT span FROM leader_totals WHERE span < 'all'",
    );
    expect(rows.length).toBeLessThanOrEqual(7);
  });
});

it("a house without Redis tells who leads without a look at the bets", async () => {
  await playTwoWeeks();
  const { database, clock } = rig;
  const desk = new EventDesk({
    ...{ pool: database.serverPool, tables: TABLES, clock: withoutTimers(clock) },
    ...{ log: createLogger("silent"), redis: null },
  });
  await desk.keepBoards();
  const expected = await leadersByBets(database.pool, "all", clock.now());
  const archive = createArchive({
    pool: database.serverPool,
    leaders: (period) => desk.leaders(period),
  });
  const client = await database.pool.connect();
  // Whoever asks for a bet now waits for ever.
  await client.query("BEGIN; LOCK bets, rounds IN ACCESS EXCLUSIVE MODE");
  for (const period of PERIODS) expect(await archive.leaderboard(period)).toHaveLength(2);
  expect(await archive.leaderboard("all")).toMatchObject(expected);
  await client.query("ROLLBACK");
  client.release();
  await desk.close();
});
