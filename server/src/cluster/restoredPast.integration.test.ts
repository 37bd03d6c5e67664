/**
 * The database is restored to an earlier time and Redis is not: what Redis tells of the time after it did
 * not happen, and the same rounds are played again.
 */
import { asChips } from "@croupier/shared/core/chips";
import { PERIODS } from "@croupier/shared/protocol/leaderboard";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, restoreBankRig } from "../testing/bankRig.ts";
import { connectToRedis } from "../testing/connectToRedis.ts";
import { leadersByBets } from "../testing/leadersByBets.ts";
import { withoutTimers } from "../testing/manualClock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { playRound, tableConfig } from "../testing/rounds.ts";
import { EventDesk } from "./eventDesk.ts";
import type { RedisConnection } from "./redisConnection.ts";
import { winBooks } from "./winBooks.ts";

const log = createLogger("silent");
const TABLES = [tableConfig("one")];
/** Told before the time that is gone back to. */
const KEPT_ROUNDS = 2;
const UNDONE_ROUNDS = 4;
const HOUR_MS = 3_600_000;

let redis: OwnRedis;
let connection: RedisConnection;
let players: string[];
/** As it is after the restore. */
let rig: BankRig;
const rigs: BankRig[] = [];
const desks: EventDesk[] = [];

/** A desk of one process; it looks when the test says so, and never beside it. */
function deskOf({ database, clock }: BankRig): EventDesk {
  const pool = database.serverPool;
  const desk = new EventDesk({
    ...{ pool, tables: TABLES, log, redis: connection },
    clock: withoutTimers(clock),
  });
  desks.push(desk);
  return desk;
}

/** Two players stake the same against one another: one of them wins as much, unless zero comes. */
async function play(at: BankRig, round: number, amount: number): Promise<void> {
  await playRound(at, "one", {
    round,
    bets: players.toSorted().map((playerId, place) => {
      return { playerId, spot: place === 0 ? "red" : "black", amount: asChips(amount) };
    }),
  });
  // Long enough for the ball to be spun.
  at.clock.advance(200);
}

/** What a process does again and again. */
async function look(desk: EventDesk): Promise<void> {
  await desk.tell();
  await desk.read();
  await desk.keepBoards();
}

/** Boards and feed say what the books say. */
async function expectTrue(desk: EventDesk): Promise<void> {
  const now = () => rig.clock.now();
  for (const period of PERIODS) {
    const books = await leadersByBets(rig.database.pool, period, now());
    expect(await desk.leaders(period), period).toEqual(books);
  }
  const books = winBooks({ pool: rig.database.serverPool, tables: TABLES, now });
  expect(desk.wins).toEqual(await books(0));
}

const told = async (): Promise<number[]> => {
  const entries = (await redis.run("XRANGE", "croupier:events", "-", "+")) as [string, string[]][];
  return entries.map(([, fields]) => (JSON.parse(fields[1] ?? "") as { round: number }).round);
};

beforeEach(async () => {
  redis = await createOwnRedis();
  ({ connection } = await connectToRedis(redis.url));
  const backup = await createBankRig();
  rigs.push(backup);
  players = [];
  for (const name of ["Ada", "Bob"]) {
    players.push((await backup.players.registerGuest({ name })).playerId);
  }
  for (const config of TABLES) await backup.store.prepareTable(config);
  const before = deskOf(backup);
  for (let round = 1; round <= KEPT_ROUNDS; round += 1) {
    await play(backup, round, 10);
    await look(before);
  }
  await before.close();
  const now = backup.clock.now();
  const undone = await restoreBankRig(backup, now);
  rigs.push(undone);
  const desk = deskOf(undone);
  for (let round = 1; round <= UNDONE_ROUNDS; round += 1) {
    await play(undone, KEPT_ROUNDS + round, 1_000);
    await look(desk);
  }
  // Zero does not come each time.
  expect(desk.wins).not.toEqual([]);
  await desk.close();
  rig = await restoreBankRig(backup, now + HOUR_MS);
  rigs.push(rig);
});
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.close();
  connection.close();
  await redis.close();
  for (const { database } of rigs.splice(0)) await database.close();
});

describe("after a restore to an earlier time", () => {
  it("nothing is shown that did not happen, before anything does", async () => {
    const [one, other] = [deskOf(rig), deskOf(rig)];
    const before = await leadersByBets(rig.database.pool, "all", rig.clock.now());
    expect(await one.leaders("all")).toEqual(before);
    await Promise.all([other.read(), other.keepBoards(), one.read()]);
    expect(one.wins).toEqual([]);
    for (const desk of [one, other]) {
      await look(desk);
      await expectTrue(desk);
    }
    expect(await told()).toEqual([]);
  });

  it.each([
    ["one", 1],
    ["as many", UNDONE_ROUNDS],
    ["more", UNDONE_ROUNDS + 2],
  ])("%s of the same rounds are played again before anybody looks", async (_, rounds) => {
    const played = Array.from({ length: rounds }, (__, at) => KEPT_ROUNDS + 1 + at);
    for (const round of played) await play(rig, round, 1_000 + round);
    const [one, other] = [deskOf(rig), deskOf(rig)];
    await one.tell();
    expect(await told()).toEqual(played);
    for (let turn = 0; turn < 2; turn += 1) for (const desk of [other, one]) await look(desk);
    for (const desk of [one, other]) await expectTrue(desk);
  });

  it("rounds are told by somebody who looked before it", async () => {
    const desk = deskOf(rig);
    // As if the stream and the books had been the same then.
    await redis.run("RENAME", "croupier:events", "elsewhere");
    await desk.read();
    await redis.run("RENAME", "elsewhere", "croupier:events");
    expect(await told()).toHaveLength(KEPT_ROUNDS + UNDONE_ROUNDS);
    await play(rig, KEPT_ROUNDS + 1, 1_000);
    await look(desk);
    expect(await told()).toEqual([KEPT_ROUNDS + 1]);
    await look(desk);
    await expectTrue(desk);
  });

  it.each([
    ["another round", 1],
    ["the same round at another time", UNDONE_ROUNDS],
  ])("is noticed where places were left out meanwhile: %s", async (_, rounds) => {
    // What waits for too long is forgotten and leaves a gap, here just beyond what Redis has.
    const last = KEPT_ROUNDS + UNDONE_ROUNDS;
    await rig.database.pool.query("UPDATE outbox_place SET last_seq = $1", [last]);
    const played = Array.from({ length: rounds }, (__, at) => KEPT_ROUNDS + 1 + at);
    for (const round of played) await play(rig, round, 1_000);
    const desk = deskOf(rig);
    for (let turn = 0; turn < 2; turn += 1) await look(desk);
    expect(await told()).toEqual(played);
    await expectTrue(desk);
  });
});
