import type { IRoomCache } from "@colyseus/core";
import { initializeRoomCache } from "@colyseus/core";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Clock } from "../platform/clock.ts";
import { systemClock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { createLogger } from "../platform/log.ts";
import { ManualClock } from "../testing/manualClock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { HouseDriver } from "./houseDriver.ts";
import { addressOf, colyseusConnection } from "./redisAddress.ts";
import { RedisAwayError, RedisHealth } from "./redisHealth.ts";
import { BEAT_MS } from "./roomBoard.ts";

let redis: OwnRedis;
beforeAll(async () => {
  redis = await createOwnRedis();
});
afterAll(() => redis.close());
beforeEach(() => redis.run("FLUSHALL"));

const open: HouseDriver[] = [];
afterEach(async () => {
  for (const driver of open.splice(0)) await driver.shutdown();
});

interface Surroundings {
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** A driver of a process of this name, whose beats come when the test says so. */
async function driverOf(
  processId: string,
  { log = createLogger("silent"), clock = new ManualClock() }: Surroundings = {},
) {
  const health = new RedisHealth(log, systemClock);
  const driver = new HouseDriver({
    connection: colyseusConnection(addressOf(redis.url), () => 0),
    health,
    clock,
    processId: () => processId,
    staysHome: ({ name }) => name === "lobby",
  });
  open.push(driver);
  await health.untilOk();
  await driver.beat();
  return { driver, health };
}

function room(roomId: string, processId: string, more: Partial<IRoomCache> = {}): IRoomCache {
  return initializeRoomCache({ name: "table", roomId, processId, maxClients: 10, ...more });
}

const listed = async (): Promise<string[]> =>
  ((await redis.run("HKEYS", "roomcaches")) as string[]).toSorted();

describe("rooms in Redis", () => {
  it("are found by other processes, as they are now", async () => {
    const [{ driver: one }, { driver: other }] = [await driverOf("one"), await driverOf("other")];
    const main = room("table-main", "one", { publicAddress: "localhost/p/1" });
    await one.persist(main, true);
    await expect
      .poll(() => other.findOne({ roomId: "table-main" }))
      .toMatchObject({
        processId: "one",
        publicAddress: "localhost/p/1",
        maxClients: 10,
        clients: 0,
      });
    await one.update(main, { $inc: { clients: 2 }, $set: { locked: true } });
    await one.update(main, { $inc: { clients: 1 } });
    expect(main).toMatchObject({ clients: 3, locked: true });
    await expect
      .poll(() => other.findOne({ roomId: "table-main" }))
      .toMatchObject({ clients: 3, locked: true });
    expect(await other.query({ name: "table", locked: false })).toEqual([]);
    await one.remove("table-main");
    await expect.poll(() => other.has("table-main")).toBe(false);
  });

  it("are one's own where every process has one of the kind", async () => {
    const [{ driver: one }, { driver: other }] = [await driverOf("one"), await driverOf("other")];
    for (const [driver, processId] of [
      [one, "one"],
      [other, "other"],
    ] as const) {
      await driver.persist(room("lobby", processId, { name: "lobby" }), true);
      await driver.beat();
    }
    expect((await one.findOne({ roomId: "lobby" })).processId).toBe("one");
    expect((await other.findOne({ roomId: "lobby" })).processId).toBe("other");
    expect(await listed()).toEqual([]);
  });

  it("do not come back because somebody leaves a room that has ended", async () => {
    const { driver } = await driverOf("one");
    const ended = room("table-main", "one");
    await driver.persist(ended, true);
    await driver.remove("table-main");
    await driver.update(ended, { $inc: { clients: -1 } });
    await driver.beat();
    expect(await listed()).toEqual([]);
  });

  it("are back with the next beat after a flush", async () => {
    const clock = new ManualClock();
    const { driver: one } = await driverOf("one", { clock });
    const { driver: other } = await driverOf("other");
    await one.persist(room("table-main", "one"), true);
    await redis.run("FLUSHALL");
    clock.advance(BEAT_MS);
    await expect.poll(() => other.has("table-main")).toBe(true);
  });

  it("of a process that is dead are not found, and are taken away by the others", async () => {
    const { driver: other } = await driverOf("other");
    await redis.run("HSET", "roomcaches", "table-main", JSON.stringify(room("table-main", "gone")));
    await redis.run("HSET", "roomcount", "gone", "1,0");
    expect(await other.findOne({ roomId: "table-main" })).toBeUndefined();
    expect(await other.query({})).toEqual([]);
    await other.beat();
    expect(await listed()).toEqual([]);
    expect(await redis.run("HKEYS", "roomcount")).toEqual([]);
  });

  it("stay for as long as their process shows that it lives, and some seconds", async () => {
    const { driver: one } = await driverOf("one");
    await one.beat();
    const leftMs = Number(await redis.run("PTTL", "croupier:lives:one"));
    expect(leftMs).toBeGreaterThan(2 * BEAT_MS);
    expect(leftMs).toBeLessThanOrEqual(3_000);
  });

  it("are not taken away by the process that lost them", async () => {
    const [{ driver: old }, { driver: next }] = [await driverOf("old"), await driverOf("next")];
    await old.persist(room("table-main", "old"), true);
    await expect.poll(listed).toEqual(["table-main"]);
    await next.persist(room("table-main", "next"), true);
    await next.beat();
    await old.remove("table-main");
    await old.beat();
    expect((await old.findOne({ roomId: "table-main" })).processId).toBe("next");
  });

  it("that nobody of ours wrote are none", async () => {
    const { driver } = await driverOf("one");
    for (const text of ["", "null", "[]", '{"roomId":"table-x"}', '{"__proto__":{"roomId":"x"}}']) {
      await redis.run("HSET", "roomcaches", "table-x", text);
      expect(await driver.findOne({ roomId: "table-x" })).toBeUndefined();
      expect(await driver.query({})).toEqual([]);
    }
  });

  it("are looked up one at a time where one is asked for", async () => {
    const { driver } = await driverOf("one");
    const fields = Array.from({ length: 500 }, (_, at) => [
      `table-${at}`,
      JSON.stringify(room(`table-${at}`, "two")),
    ]);
    await redis.run("HSET", "roomcaches", ...fields.flat());
    await redis.run("CONFIG", "RESETSTAT");
    expect(await driver.findOne({ roomId: "table-7" })).toBeUndefined();
    const stats = String(await redis.run("INFO", "commandstats"));
    expect(stats).toContain("cmdstat_hmget:calls=1,");
    expect(stats).not.toContain("hgetall");
  });
});

describe("a Redis that is full", () => {
  afterEach(() => redis.run("CONFIG", "SET", "maxmemory", "0"));

  it("is told of, keeps its connection, and is filled again once it has room", async () => {
    const lines: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const { driver, health } = await driverOf("one", { log });
    await redis.run("CONFIG", "SET", "maxmemory", "1");
    await driver.persist(room("table-own", "one"), true);
    for (let beats = 0; beats < 5; beats += 1) await driver.beat();
    // Once that it refuses, and once what that means.
    expect(lines).toHaveLength(2);
    expect(lines.join("")).toMatch(/"level":50,.*OOM.*refuses signs of life/);
    expect(health.state).toBe("away");
    expect(await driver.has("table-own")).toBe(true);
    await redis.run("CONFIG", "SET", "maxmemory", "0");
    await driver.beat();
    expect(await listed()).toEqual(["table-own"]);
    expect(health.state).toBe("ok");
    expect(lines[2]).toContain("Redis is back");
  });

  it("keeps those rooms for others that it knew before, for as long as their process lives", async () => {
    const [{ driver: one }, { driver: other }] = [await driverOf("one"), await driverOf("other")];
    await one.persist(room("table-main", "one"), true);
    await expect.poll(() => other.has("table-main")).toBe(true);
    await redis.run("CONFIG", "SET", "maxmemory", "1");
    for (let beats = 0; beats < 3; beats += 1) {
      await redis.run("PEXPIRE", "croupier:lives:one", "1000");
      await one.beat();
      expect(Number(await redis.run("PTTL", "croupier:lives:one"))).toBeGreaterThan(1_000);
    }
    expect(await other.has("table-main")).toBe(true);
  });
});

describe("a Redis with something else where rooms should be", () => {
  it("is told of as a bug, keeps its connection, and own rooms are found", async () => {
    const lines: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const { driver, health } = await driverOf("one", { log });
    await redis.run("SET", "roomcaches", "no rooms");
    await driver.persist(room("table-own", "one"), true);
    for (let beats = 0; beats < 5; beats += 1) await driver.beat();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"level":50,.*WRONGTYPE/);
    expect(health.state).toBe("ok");
    expect(await driver.has("table-own")).toBe(true);
    // Who asks for what is not here is told of it, and not that Redis is away.
    await expect(driver.findOne({ roomId: "table-other" })).rejects.toThrow(/^WRONGTYPE/);
    await expect(driver.query({})).rejects.toThrow(/^WRONGTYPE/);
    await redis.run("DEL", "roomcaches");
    await driver.beat();
    expect(await listed()).toEqual(["table-own"]);
  });
});

describe("without Redis", () => {
  afterEach(async () => {
    redis.wake();
    await redis.kill();
    await redis.start();
  });

  it.each<[string, () => Promise<void>]>([
    ["gone", () => redis.kill()],
    ["asleep", async () => redis.sleep()],
  ])("own rooms are found and changed at once, others are refused in time: %s", async (_, go) => {
    const { driver, health } = await driverOf("one", { clock: systemClock });
    const own = room("table-own", "one");
    await driver.persist(own, true);
    await go();
    const startedAt = systemClock.now();
    // Whoever waits for an answer, or for a timer, lets the loop turn.
    const turned = vi.fn();
    setImmediate(turned);
    for (let joined = 0; joined < 1_000; joined += 1) {
      await driver.update(own, { $inc: { clients: 1 } });
    }
    expect(await driver.findOne({ roomId: "table-own" })).toMatchObject({ clients: 1_000 });
    expect(turned).not.toHaveBeenCalled();
    await new Promise(setImmediate);
    expect(turned).toHaveBeenCalled();
    await expect(driver.findOne({ roomId: "table-other" })).rejects.toThrow(RedisAwayError);
    expect(await driver.query({ name: "table" })).toEqual([own]);
    // Two questions; how long one waits at most, `redisAway` shows.
    expect(systemClock.now() - startedAt).toBeLessThan(5_000);
    await driver.beat();
    await expect.poll(() => health.state).toBe("away");
    redis.wake();
    await redis.kill();
    await redis.start();
    await health.untilOk();
    await expect.poll(listed).toEqual(["table-own"]);
  });
});
