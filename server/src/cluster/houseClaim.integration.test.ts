/** Two houses on one Redis: the one that was there first has it, and the other one uses nothing of it. */
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { MainProcesses } from "../testing/mainProcess.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import type { Cluster } from "./cluster.ts";
import { openCluster } from "./cluster.ts";
import { RedisAwayError, RedisTakenError } from "./redisHealth.ts";

const KEY = "croupier:house";
/** A name ends by itself, and the machine may be busy. */
const SOON = { timeout: 25_000, interval: 250 };

let redis: OwnRedis;
const endings: (() => unknown)[] = [];
beforeEach(async () => {
  redis = await createOwnRedis();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  await redis.close();
});

interface Member {
  readonly cluster: Cluster;
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** A process of `house`, or of what that says at the time, with what it logs. */
async function memberOf(house: string | (() => string), url = redis.url): Promise<Member> {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const cluster = await openCluster({
    url,
    house: async () => (typeof house === "string" ? house : house()),
    clock: systemClock,
    log,
  });
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= cluster.close();
    return closing;
  };
  endings.push(close);
  return { cluster, lines, close };
}

const told = ({ lines }: Member) => lines.filter((line) => line.includes("another house's"));

describe("a house that comes to another one's Redis", () => {
  it.each(["", "/1"])(
    "is refused in one line, and nobody there notices: at database %j",
    async (path) => {
      const first = await memberOf("first");
      const refusal = await memberOf("second", redis.url + path).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(RedisTakenError);
      expect((refusal as Error).message).toMatch(/^REDIS_URL: another house [^\n]*$/);
      expect(first.cluster.state()).toBe("ok");
      expect(first.lines).toEqual([]);
      expect(await redis.run("GET", KEY)).toBe("first");
      const another = await memberOf("first", redis.url + path);
      expect(another.cluster.state()).toBe("ok");
    },
  );

  it("gets it once the other one has ended", async () => {
    const first = await memberOf("first");
    await first.close();
    const second = () => memberOf("second").then(({ cluster }) => cluster.state());
    await expect.poll(() => second().catch(() => "refused"), SOON).toBe("ok");
    expect(await redis.run("GET", KEY)).toBe("second");
  });

  it("asks, tells and hears nothing there, however it came, says so once, and gets it in the end", async () => {
    await redis.kill();
    const members = new Map<string, Member>();
    for (const house of ["first", "second"]) members.set(house, await memberOf(house));
    await redis.start();
    await expect.poll(() => redis.run("GET", KEY), SOON).not.toBeNull();
    const winner = (await redis.run("GET", KEY)) as string;
    const loser = winner === "first" ? "second" : "first";
    const [here, out] = [members.get(winner), members.get(loser)];
    if (here === undefined || out === undefined) throw new Error("it is one of the two");
    await expect.poll(() => [here.cluster.state(), told(out).length], SOON).toEqual(["ok", 1]);
    const heard: unknown[] = [];
    await out.cluster.presence.subscribe("topic", (message: unknown) => heard.push(message));
    out.cluster.redis.hear("news", (text) => heard.push(text));
    const heardThere: unknown[] = [];
    await here.cluster.presence.subscribe("topic", (message: unknown) => heardThere.push(message));
    const subscribers = async () => await redis.run("PUBSUB", "NUMSUB", "topic", "news");
    await expect.poll(subscribers, SOON).toEqual(["topic", 2, "news", 1]);
    await out.cluster.presence.publish("topic", "from the other");
    await out.cluster.presence.hset("hash", "field", "value");
    expect(await out.cluster.redis.publish("news", "from the other")).toBe(false);
    const asking = out.cluster.redis.ask((client) => client.set("key", "value"));
    await expect(asking).rejects.toThrow(RedisAwayError);
    await expect(out.cluster.driver.has("elsewhere")).rejects.toThrow(RedisAwayError);
    await redis.run("PUBLISH", "news", "for the first");
    await here.cluster.presence.publish("topic", "for the first");
    await expect.poll(() => heardThere, SOON).toEqual(["for the first"]);
    expect(heard).toEqual([]);
    expect(await redis.run("EXISTS", "hash", "key")).toBe(0);
    expect(out.cluster.state()).toBe("away");
    expect(told(out)).toEqual([expect.stringMatching(/"level":50,.*REDIS_URL/)]);
    expect(told(here)).toEqual([]);
    await here.close();
    await expect.poll(() => out.cluster.state(), SOON).toBe("ok");
    expect(out.lines.at(-1)).toContain("Redis is back");
    await out.cluster.presence.publish("topic", "its own");
    await expect.poll(() => heard, SOON).toEqual(["its own"]);
    expect(told(out)).toHaveLength(1);
  });
});

it("is said again to a Redis that forgets, or begins anew", async () => {
  const { cluster, lines } = await memberOf("first");
  await redis.run("FLUSHALL");
  await expect.poll(() => redis.run("GET", KEY), SOON).toBe("first");
  await redis.kill();
  await redis.start();
  await expect.poll(() => cluster.state(), SOON).toBe("ok");
  expect(await redis.run("GET", KEY)).toBe("first");
  expect(lines.join()).not.toContain("another house");
});

it("is what tells two databases apart, where whole servers start", async () => {
  const processes = new MainProcesses();
  const [one, other] = [await createTestDatabase(), await createTestDatabase()];
  endings.push(...[one, other].map((database) => () => database.close()));
  endings.push(() => processes.killAll());
  const at = ({ url }: TestDatabase) => ({ DATABASE_URL: url, REDIS_URL: redis.url });
  const url = await processes.start(at(one)).open;
  expect(await processes.failing(at(other))).toMatch(/^REDIS_URL: another house .*\n$/);
  const { rows } = await other.pool.query("SELECT FROM leases");
  expect(rows).toEqual([]);
  const ready = async (address: string) => (await fetch(`${address}/ready`)).json();
  const well = { checks: { redis: "ok" } };
  expect(await ready(url)).toMatchObject(well);
  // Of the same house.
  expect(await ready(await processes.start(at(one)).open)).toMatchObject(well);
}, 90_000);

it("is replaced by the house's new one, as an upgrade of Postgres gives it one", async () => {
  const names = { early: "before", late: "before" };
  const early = await memberOf(() => names.early);
  const late = await memberOf(() => names.late);
  const states = () => [early, late].map(({ cluster }) => cluster.state());
  await expect.poll(states, SOON).toEqual(["ok", "ok"]);
  names.early = "after";
  await expect.poll(() => redis.run("GET", KEY), SOON).toBe("after");
  await expect.poll(() => told(late).length, SOON).toBe(1);
  names.late = "after";
  await expect.poll(states, SOON).toEqual(["ok", "ok"]);
  expect(early.lines).toEqual([]);
  const { cluster } = await memberOf("after");
  await expect.poll(() => cluster.state(), SOON).toBe("ok");
  expect(await redis.run("GET", KEY)).toBe("after");
});

describe("whoever may have missed news", () => {
  /** Whether `member` heard news, each time that it was told that it may have missed some. */
  function hearingOf({ cluster }: Member): readonly boolean[] {
    const heard: boolean[] = [];
    cluster.redis.missed(() => heard.push(cluster.redis.isReady));
    return heard;
  }

  it("is told so once what is heard counts again, after Redis was gone", async () => {
    const member = await memberOf("first");
    await expect.poll(() => member.cluster.state(), SOON).toBe("ok");
    const hears = hearingOf(member);
    await redis.kill();
    await expect.poll(() => member.cluster.state(), SOON).toBe("away");
    await redis.start();
    await expect.poll(() => hears, SOON).toContain(true);
    expect(hears).not.toContain(false);
  });

  it("is told so also where Redis was another house's, and no connection is new", async () => {
    const member = await memberOf("first");
    await expect.poll(() => member.cluster.state(), SOON).toBe("ok");
    const hears = hearingOf(member);
    await redis.run("SET", KEY, "second");
    await expect.poll(() => member.cluster.redis.isReady, SOON).toBe(false);
    expect(hears).toEqual([]);
    await redis.run("DEL", KEY);
    await expect.poll(() => hears, SOON).toEqual([true]);
  });
});

it("is renewed where Redis is full", async () => {
  const { cluster } = await memberOf("first");
  await redis.run("CONFIG", "SET", "maxmemory", "1");
  await redis.run("PEXPIRE", KEY, "600000");
  const left = async () => (await redis.run("PTTL", KEY)) as number;
  await expect.poll(left, SOON).toBeLessThan(60_000);
  expect(await left()).toBeGreaterThan(0);
  expect(cluster.redis.isReady).toBe(true);
});
