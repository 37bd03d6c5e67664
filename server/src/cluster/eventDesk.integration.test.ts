/** What lasts in Redis and is none of ours: the house goes on, and its log stays short. */
import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { connectToRedis } from "../testing/connectToRedis.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { tableConfig } from "../testing/rounds.ts";
import { EventDesk } from "./eventDesk.ts";
import type { RedisConnection } from "./redisConnection.ts";

let rig: BankRig;
let redis: OwnRedis;
let connection: RedisConnection;
let desk: EventDesk;
const lines: string[] = [];

beforeEach(async () => {
  rig = await createBankRig();
  redis = await createOwnRedis();
  lines.length = 0;
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  ({ connection } = await connectToRedis(redis.url, { log }));
  const { database, clock } = rig;
  desk = new EventDesk({
    pool: database.serverPool,
    tables: [tableConfig("one")],
    clock,
    log,
    redis: connection,
  });
});
afterEach(async () => {
  await desk.close();
  connection.close();
  await redis.close();
  await rig.database.close();
});

it("leaves the leaderboards to the database where something else is in their place", async () => {
  await desk.keepBoards();
  await redis.run("DEL", "croupier:best:version");
  await redis.run("RPUSH", "croupier:best:version", "no version");
  for (let turn = 0; turn < 3; turn += 1) expect(await desk.leaders("all")).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/"level":50,.*WRONGTYPE/);
});

it("tells once a minute that reading fails, however often it looks", async () => {
  await redis.run("RPUSH", "croupier:best:version", "no version");
  const asked = vi.spyOn(connection, "ask");
  for (let turn = 1; turn <= 5; turn += 1) {
    await expect
      .poll(() => {
        rig.clock.advance(500);
        return asked.mock.calls.length;
      })
      .toBeGreaterThanOrEqual(turn);
  }
  await desk.close();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/"level":50,.*WRONGTYPE/);
});
