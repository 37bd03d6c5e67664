/** What is asked of a Redis that goes: every client of the house says within a second that it went. */
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { HousePresence } from "./housePresence.ts";
import { addressOf, colyseusConnection } from "./redisAddress.ts";
import { RedisConnection } from "./redisConnection.ts";
import { RedisHealth } from "./redisHealth.ts";

const QUESTIONS = 100;
const MOST_MS = 1_000;
const log = createLogger("silent");

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Asking {
  readonly health: RedisHealth;
  readonly set: (key: string) => Promise<unknown>;
  readonly get: (key: string) => Promise<string | null>;
}

function own(url: string): Asking {
  const health = new RedisHealth(log, systemClock);
  const options = { address: addressOf(url), health, clock: systemClock, random: () => 0 };
  const connection = new RedisConnection(options);
  endings.push(() => connection.close());
  return {
    health,
    set: (key) => connection.ask((client) => client.set(key, "here")),
    get: (key) => connection.ask((client) => client.get(key)),
  };
}

function colyseus(url: string): Asking {
  const health = new RedisHealth(log, systemClock);
  const connection = colyseusConnection(addressOf(url), () => 0);
  const presence = new HousePresence({ connection, health, clock: systemClock, log });
  endings.push(() => presence.shutdown());
  const pub = presence["pub"];
  return { health, set: (key) => pub.set(key, "here"), get: (key) => pub.get(key) };
}

const nothing = async () => {};

describe.each([
  ["the house's own client", own],
  ["Colyseus' client", colyseus],
])("%s", (_whose, open) => {
  it.each<
    [
      how: string,
      before: (redis: OwnRedis) => Promise<void>,
      meanwhile: (redis: OwnRedis) => Promise<void>,
    ]
  >([
    ["is gone", (redis) => redis.kill(), nothing],
    ["hangs", async (redis) => redis.sleep(), nothing],
    ["goes with the questions", async (redis) => redis.sleep(), (redis) => redis.kill()],
  ])(
    "waits for nothing where Redis %s, and asks nothing later",
    async (...[, before, meanwhile]) => {
      const redis = await createOwnRedis();
      endings.push(() => redis.close());
      const { health, set, get } = open(redis.url);
      await health.untilOk();
      await set("before");
      await before(redis);
      const askedAt = systemClock.now();
      const asked = Array.from({ length: QUESTIONS }, (_, number) => set(`late ${number}`));
      const [outcomes] = await Promise.all([Promise.allSettled(asked), meanwhile(redis)]);
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
      expect(systemClock.now() - askedAt).toBeLessThan(MOST_MS);
      // The one that comes back has none of it, and is asked as before.
      await redis.kill();
      await expect.poll(() => health.state, { timeout: 5_000 }).toBe("away");
      await redis.start();
      await health.untilOk();
      expect(await get("late 0")).toBeNull();
      await set("after");
      expect(await get("after")).toBe("here");
    },
  );
});
