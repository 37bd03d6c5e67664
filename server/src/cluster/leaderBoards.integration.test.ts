/** Leaderboards in Redis, made of the totals in the database. */
import type { Chips } from "@croupier/shared/core/chips";
import { asChips } from "@croupier/shared/core/chips";
import { PERIODS } from "@croupier/shared/protocol/leaderboard";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { connectToRedis } from "../testing/connectToRedis.ts";
import { withoutTimers } from "../testing/manualClock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { playRound, tableConfig } from "../testing/rounds.ts";
import { EventDesk } from "./eventDesk.ts";
import { LeaderBoards } from "./leaderBoards.ts";
import { LEADERS } from "./leaderTotals.ts";
import type { RedisConnection } from "./redisConnection.ts";
import { RedisAwayError } from "./redisHealth.ts";

const log = createLogger("silent");
const TABLES = [tableConfig("one")];

let redis: OwnRedis;
let connection: RedisConnection;
let boards: LeaderBoards;
const endings: (() => unknown)[] = [];

beforeEach(async () => {
  redis = await createOwnRedis();
  ({ connection } = await connectToRedis(redis.url));
  boards = new LeaderBoards(connection);
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  connection.close();
  await redis.close();
});

/** A house with so many players, each with a chip on red in its one round; its desk looks when it is told. */
async function houseOf(players: number): Promise<{ rig: BankRig; desk: EventDesk }> {
  const rig = await createBankRig();
  endings.push(() => rig.database.close());
  const bets: { playerId: string; spot: string; amount: Chips }[] = [];
  while (bets.length < players) {
    const { playerId } = await rig.players.registerGuest({});
    bets.push({ playerId, spot: "red", amount: asChips(bets.length + 1) });
  }
  for (const config of TABLES) await rig.store.prepareTable(config);
  await playRound(rig, "one", {
    round: 1,
    bets: bets.toSorted((one, other) => (one.playerId < other.playerId ? -1 : 1)),
  });
  rig.clock.advance(200);
  const desk = new EventDesk({
    ...{ pool: rig.database.serverPool, tables: TABLES, clock: withoutTimers(rig.clock) },
    ...{ log, redis: connection },
  });
  endings.push(() => desk.close());
  return { rig, desk };
}

it("have those who are named, and nobody else, in the order of the database", async () => {
  const { desk, rig } = await houseOf(1);
  await desk.keepBoards();
  await rig.database.pool.query(
    `INSERT INTO leader_totals (span, player_id, net, staked, rounds)
     SELECT DISTINCT span, 'player-' || number, number % 7 - 3, number, 1
     FROM leader_totals, generate_series(1, $1) AS number`,
    [LEADERS + 20],
  );
  await rig.database.pool.query("UPDATE leader_progress SET version = gen_random_uuid()");
  await desk.keepBoards();
  for (const period of PERIODS) {
    const shown = await boards.top(period);
    expect(shown).toHaveLength(LEADERS);
    await redis.run("FLUSHALL");
    expect(await desk.leaders(period)).toEqual(shown);
    await desk.keepBoards();
    expect(await desk.leaders(period)).toEqual(shown);
  }
  const keys = (await redis.run("KEYS", "*")) as string[];
  const expected = ["all", "day", "version", "week"].map((key) => `croupier:best:${key}`);
  expect(keys.toSorted()).toEqual(expected);
});

it("are of the database that is there, also where another past is in Redis", async () => {
  const undone = await houseOf(3);
  await undone.desk.keepBoards();
  const restored = await houseOf(2);
  await restored.desk.keepBoards();
  const shown = await restored.desk.leaders("all");
  expect(shown.map(({ staked }) => staked).toSorted()).toEqual([1, 2]);
  expect(await boards.top("all")).toEqual(shown);
});

it("are taken away where Redis is full: what they show would be old", async () => {
  const { desk, rig } = await houseOf(2);
  await desk.keepBoards();
  await rig.database.pool.query("UPDATE leader_totals SET net = net + 7");
  await rig.database.pool.query("UPDATE leader_progress SET version = gen_random_uuid()");
  await redis.run("CONFIG", "SET", "maxmemory", "1");
  await expect(desk.keepBoards()).rejects.toThrow(RedisAwayError);
  expect(await boards.top("all")).toBeNull();
  const shown = await desk.leaders("all");
  expect(shown).toHaveLength(2);
  await redis.run("CONFIG", "SET", "maxmemory", "0");
  await desk.keepBoards();
  expect(await boards.top("all")).toEqual(shown);
});

it("are left alone where they are as the database says", async () => {
  const { desk } = await houseOf(2);
  await desk.keepBoards();
  await redis.run("DEL", "croupier:best:all");
  await desk.keepBoards();
  expect(await redis.run("EXISTS", "croupier:best:all")).toBe(0);
});

it("of versions before are taken away: everybody was in them, for ever", async () => {
  const { desk } = await houseOf(2);
  for (const key of ["croupier:leaders:all:net", "croupier:leaders-making:all:net"]) {
    await redis.run("ZADD", key, "-5", "somebody");
  }
  await desk.keepBoards();
  expect(await redis.run("KEYS", "croupier:leaders*")).toEqual([]);
});
