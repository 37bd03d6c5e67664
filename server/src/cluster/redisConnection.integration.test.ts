import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectToRedis } from "../testing/connectToRedis.ts";
import { ManualClock } from "../testing/manualClock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { LeaderBoards } from "./leaderBoards.ts";
import { REDIS_ANSWERS_MS } from "./redisAddress.ts";
import type { RedisConnection } from "./redisConnection.ts";
import { RedisAwayError } from "./redisHealth.ts";

let redis: OwnRedis;
let connection: RedisConnection;
let clock: ManualClock;
beforeEach(async () => {
  redis = await createOwnRedis();
  // No time goes by: what fails here does not fail because it took too long.
  clock = new ManualClock();
  ({ connection } = await connectToRedis(redis.url, { clock }));
});
afterEach(async () => {
  connection.close();
  await redis.close();
});

describe("what is asked of Redis", () => {
  it("fails with what is wrong, where that is a bug", async () => {
    await redis.run("RPUSH", "list", "entry");
    await expect(connection.ask((client) => client.get("list"))).rejects.toThrow(/^WRONGTYPE/);
    const broken = { keys: [], arguments: [] };
    await expect(
      connection.ask((client) => client.eval("return nothing()", broken)),
    ).rejects.toThrow(/nonexistent global variable/);
    const ours = async () => {
      throw new TypeError("a mistake of ours");
    };
    await expect(connection.ask(ours)).rejects.toThrow(TypeError);
    expect(connection.isReady).toBe(true);
  });

  it("fails with what is wrong also where Redis goes away meanwhile", async () => {
    const asking = connection.ask(async () => {
      await redis.kill();
      await expect.poll(() => connection.isReady).toBe(false);
      throw new TypeError("a mistake of ours");
    });
    await expect(asking).rejects.toThrow(TypeError);
    await expect(connection.ask((client) => client.ping())).rejects.toThrow(RedisAwayError);
  });

  it("is away where Redis ends before it answers", async () => {
    const asking = connection.ask((client) => client.blPop("nothing", 0));
    const failed = expect(asking).rejects.toThrow(RedisAwayError);
    await redis.kill();
    await failed;
  });

  it("is waited for once where Redis hangs, and asked again as soon as it answers", async () => {
    redis.sleep();
    const first = expect(connection.ask((client) => client.ping())).rejects.toThrow("not answer");
    clock.advance(REDIS_ANSWERS_MS);
    await first;
    const more = vi.fn(async () => "an answer");
    await expect(connection.ask(more)).rejects.toThrow(RedisAwayError);
    expect(more).not.toHaveBeenCalled();
    redis.wake();
    await expect.poll(() => connection.ask((client) => client.ping())).toBe("PONG");
  });

  it("is away where Redis refuses it, whatever it is", async () => {
    await redis.run("CONFIG", "SET", "maxmemory", "1");
    await expect(connection.ask((client) => client.set("key", "1"))).rejects.toThrow(
      RedisAwayError,
    );
    const steps = connection.ask((client) => client.multi().set("key", "1").del("key").exec());
    await expect(steps).rejects.toThrow(RedisAwayError);
    const script = { keys: ["key"], arguments: [] };
    const scripted = connection.ask((client) =>
      client.eval("return redis.call('SET', KEYS[1], 1)", script),
    );
    await expect(scripted).rejects.toThrow(RedisAwayError);
  });
});

describe("a Redis that refuses signs of life", () => {
  it("is there all the same, and the house's as before: the connection stays", async () => {
    connection.close();
    const lines: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const { connection: own, health } = await connectToRedis(redis.url, { log, clock });
    connection = own;
    health.expectClaim();
    health.claimed();
    await redis.run("ACL", "SETUSER", "default", "-ping");
    await expect.poll(() => lines, { timeout: 10_000 }).toHaveLength(1);
    expect(lines[0]).toMatch(/refuses what it is asked/);
    expect([health.state, health.isOurs]).toEqual(["ok", true]);
    expect(await own.ask((client) => client.set("key", "value"))).toBe("OK");
  });

  it("is away once it is gone", async () => {
    const { connection: own, health } = await connectToRedis(redis.url, { clock });
    try {
      health.expectClaim();
      health.claimed();
      await redis.kill();
      const state = () => [health.state, health.isOurs];
      await expect.poll(state, { timeout: 10_000 }).toEqual(["away", false]);
    } finally {
      own.close();
    }
  });
});

it("leaderboards with something else in their place are a bug, and not away", async () => {
  await redis.run("RPUSH", "croupier:best:version", "no version");
  await expect(new LeaderBoards(connection).top("all")).rejects.toThrow(/^WRONGTYPE/);
});
