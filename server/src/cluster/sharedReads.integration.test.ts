import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../platform/clock.ts";
import { connectToRedis } from "../testing/connectToRedis.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { ReadCache } from "./readCache.ts";
import type { RedisConnection } from "./redisConnection.ts";
import { RedisReads } from "./sharedReads.ts";

/** Kept for longer than a test takes, unless it says otherwise. */
const READ = { key: "answer", keptMs: 60_000, shape: z.object({ made: z.int() }) };
const KEY = "croupier:cache:answer";

let redis: OwnRedis;
beforeAll(async () => {
  redis = await createOwnRedis();
});
afterAll(() => redis.close());
beforeEach(() => redis.run("FLUSHALL"));

const open: RedisConnection[] = [];
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

async function process() {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const { health, connection } = await connectToRedis(redis.url, { log });
  open.push(connection);
  const reads = new RedisReads(connection);
  const cache = () => new ReadCache({ clock: systemClock, shared: reads });
  return { lines, health, reads, cache };
}

let made = 0;
const load = async () => ({ made: ++made });
beforeEach(() => {
  made = 0;
});

describe("a public read over Redis", () => {
  it("is made once for all processes, whoever of them asks", async () => {
    const caches = [await process(), await process(), await process()].map(({ cache }) => cache());
    const asked = Array.from({ length: 30 }, (_, at) => caches[at % 3]?.text(READ, load));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['{"made":1}']));
    expect(Number(await redis.run("PTTL", KEY))).toBeGreaterThan(0);
    expect(Number(await redis.run("PTTL", KEY))).toBeLessThanOrEqual(READ.keptMs);
    expect(await redis.run("KEYS", "*")).toEqual([KEY]);
  });

  it("ends in a process when it ends in Redis", async () => {
    const { reads } = await process();
    const found = await reads.find("answer");
    if (found?.is !== "missing") throw new Error("nothing was kept yet");
    expect(await reads.find("answer")).toEqual({ is: "being made" });
    await reads.keep("answer", "{}", found.at + 30_000);
    const kept = await reads.find("answer");
    if (kept?.is !== "kept") throw new Error("it was kept");
    expect(kept.leftMs).toBeGreaterThan(0);
    expect(kept.leftMs).toBeLessThanOrEqual(30_000);
  });

  it("is not older because it was written late", async () => {
    const { reads } = await process();
    const found = await reads.find("answer");
    if (found?.is !== "missing") throw new Error("nothing was kept yet");
    await reads.keep("answer", "{}", found.at - 1);
    expect(await reads.find("answer")).toMatchObject({ is: "missing" });
  });

  it("is made anew after a flush", async () => {
    const { cache } = await process();
    expect(await cache().text(READ, load)).toBe('{"made":1}');
    await expect.poll(() => redis.run("EXISTS", KEY)).toBe(1);
    expect(await cache().text(READ, load)).toBe('{"made":1}');
    await redis.run("FLUSHALL");
    expect(await cache().text(READ, load)).toBe('{"made":2}');
  });

  it("that would stay for ever is taken away", async () => {
    const { cache } = await process();
    await redis.run("SET", KEY, '{"made":7}');
    expect(await cache().text(READ, load)).toBe('{"made":1}');
    await expect.poll(() => redis.run("EXISTS", KEY)).toBe(0);
  });

  it("is made all the same where its place holds something else, and the log says so", async () => {
    const { cache, lines, health } = await process();
    await redis.run("RPUSH", KEY, "no text");
    expect(await cache().text(READ, load)).toBe('{"made":1}');
    expect(await cache().text(READ, load)).toBe('{"made":2}');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"level":50,.*WRONGTYPE/);
    expect(health.state).toBe("ok");
  });
});

describe("a public read without Redis", () => {
  afterEach(async () => {
    await redis.run("CONFIG", "SET", "maxmemory", "0").catch(() => undefined);
    redis.wake();
    await redis.kill();
    await redis.start();
  });

  it.each<[string, () => Promise<void>]>([
    ["gone", () => redis.kill()],
    ["asleep", async () => redis.sleep()],
  ])("is made within a second, and shared again later: %s", async (_, go) => {
    const [one, other] = [await process(), await process()];
    // Somebody makes it, and will not tell.
    await one.reads.find("answer");
    const waiting = other.cache().text(READ, load);
    await go();
    const startedAt = systemClock.now();
    expect(await one.cache().text(READ, load)).toMatch(/^\{"made":[12]\}$/);
    expect(await waiting).toMatch(/^\{"made":[12]\}$/);
    expect(systemClock.now() - startedAt).toBeLessThan(1_000);
    redis.wake();
    await redis.kill();
    await redis.start();
    for (const { health } of [one, other]) await health.untilOk();
    const text = await one.cache().text(READ, load);
    expect(await other.cache().text(READ, load)).toBe(text);
    for (const { lines } of [one, other]) expect(lines.join()).not.toMatch(/"level":50/);
  });

  it("waits for nobody who gave up while Redis was asleep", async () => {
    const [one, other] = [await process(), await process()];
    redis.sleep();
    // The question stays on its way, and is answered to nobody when Redis wakes.
    expect(await one.reads.find("answer")).toBeNull();
    redis.wake();
    expect(await redis.run("PING")).toBe("PONG");
    const startedAt = systemClock.now();
    expect(await other.cache().text(READ, load)).toBe('{"made":1}');
    expect(systemClock.now() - startedAt).toBeLessThan(1_000);
  });

  it("is made where Redis is full, and one line tells that it refuses", async () => {
    const { cache, lines } = await process();
    await redis.run("CONFIG", "SET", "maxmemory", "1");
    expect(await cache().text(READ, load)).toBe('{"made":1}');
    expect(await cache().text(READ, load)).toBe('{"made":2}');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"level":40,.*OOM.*refuses/);
  });
});
