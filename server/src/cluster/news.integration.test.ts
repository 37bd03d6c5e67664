import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import { connectToRedis } from "../testing/connectToRedis.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { News } from "./news.ts";
import type { RedisConnection } from "./redisConnection.ts";
import { RedisAwayError } from "./redisHealth.ts";

const log = createLogger("silent");

let redis: OwnRedis;
const open: RedisConnection[] = [];
beforeEach(async () => {
  redis = await createOwnRedis();
});
afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await redis.close();
});

async function member() {
  const { health, connection } = await connectToRedis(redis.url);
  open.push(connection);
  return { health, connection, news: new News(connection, log) };
}

describe("news between processes", () => {
  it("are heard by the others and not by oneself, in their shape only", async () => {
    const [one, other] = [await member(), await member()];
    const heard: string[] = [];
    one.news.hear("topic", z.string(), (news) => heard.push(`one ${news}`));
    other.news.hear("topic", z.string(), (news) => heard.push(`other ${news}`));
    await expect
      .poll(() => redis.run("PUBSUB", "NUMSUB", "croupier:news:topic"))
      .toEqual(["croupier:news:topic", 2]);
    for (const text of ["no JSON", "{}", "[]", '{"from":1,"news":"x"}', '{"from":"x","news":1}']) {
      await redis.run("PUBLISH", "croupier:news:topic", text);
    }
    expect(await one.news.tell("topic", "good")).toBe(true);
    await expect.poll(() => heard).toEqual(["other good"]);
  });

  it.each<[string, () => Promise<void>, () => Promise<void>]>([
    ["stopped", () => redis.kill(), () => redis.start()],
    ["asleep", async () => redis.sleep(), async () => redis.wake()],
  ])("are heard again after Redis was away: %s", async (_, go, comeBack) => {
    const [one, other] = [await member(), await member()];
    const heard: number[] = [];
    other.news.hear("topic", z.number(), (news) => heard.push(news));
    let missed = 0;
    other.news.missed(() => {
      missed += 1;
    });
    expect(await one.news.tell("topic", 0)).toBe(true);
    await expect.poll(() => heard).toEqual([0]);
    await go();
    await expect.poll(() => other.health.state, { timeout: 5_000 }).toBe("away");
    expect(await one.news.tell("topic", 0)).toBe(false);
    expect([heard, missed]).toEqual([[0], 0]);
    await expect(one.connection.ask((client) => client.get("x"))).rejects.toThrow(RedisAwayError);
    const backAt = systemClock.now();
    await comeBack();
    await expect
      .poll(
        () => {
          void one.news.tell("topic", 1);
          return heard.includes(1);
        },
        { timeout: 5_000 },
      )
      .toBe(true);
    expect(systemClock.now() - backAt).toBeLessThan(5_000);
    expect(missed).toBeGreaterThan(0);
    expect(await one.connection.ask((client) => client.get("x"))).toBeNull();
  });

  it("wait for no answer longer than there is time", async () => {
    const { connection } = await member();
    await redis.run("CLIENT", "PAUSE", "1500");
    const startedAt = systemClock.now();
    await expect(connection.ask((client) => client.get("x"))).rejects.toThrow(RedisAwayError);
    expect(systemClock.now() - startedAt).toBeLessThan(900);
  });
});
