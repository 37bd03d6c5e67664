/** Two houses on one Redis: the one that was there first has it, and the other one uses nothing of it. */
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../config/config.ts";
import { readSecrets } from "../config/secrets.ts";
import { openHouse } from "../context.ts";
import { isForOperator } from "../operatorError.ts";
import type { Clock } from "../platform/clock.ts";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { MainProcesses, SECRETS } from "../testing/mainProcess.ts";
import { ManualClock, withoutTimers } from "../testing/manualClock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import type { Cluster } from "./cluster.ts";
import { openCluster, START_MS } from "./cluster.ts";
import { REDIS_ANSWERS_MS } from "./redisAddress.ts";
import { RedisAwayError, RedisUnfitError } from "./redisHealth.ts";

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

interface Start {
  readonly url?: string;
  readonly clock?: Clock;
}

/** A start waits for Redis by it as long as Redis takes, however busy the machine is. */
const PATIENT = withoutTimers(systemClock);

/** A process of `house`, or of what that says at the time, with what it logs. */
async function memberOf(
  house: string | (() => string | Promise<string>),
  { url = redis.url, clock = systemClock }: Start = {},
): Promise<Member> {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const cluster = await openCluster({
    url,
    house: async () => (typeof house === "string" ? house : house()),
    clock,
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

/** The same, once it has its Redis. */
async function memberWithRedis(...start: Parameters<typeof memberOf>): Promise<Member> {
  const member = await memberOf(...start);
  await expect.poll(() => member.cluster.state(), SOON).toBe("ok");
  return member;
}

const told = ({ lines }: Member) => lines.filter((line) => line.includes("another house's"));

describe("a house that comes to another one's Redis", () => {
  it.each(["", "/1"])(
    "is refused in one line, and nobody there notices: at database %j",
    async (path) => {
      const first = await memberWithRedis("first");
      const url = redis.url + path;
      const starting = memberOf("second", { url, clock: PATIENT });
      const refusal = await starting.catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(RedisUnfitError);
      expect((refusal as Error).message).toMatch(/^REDIS_URL: another house [^\n]*$/);
      expect(first.cluster.state()).toBe("ok");
      expect(first.lines).toEqual([]);
      expect(await redis.run("GET", KEY)).toBe("first");
      await memberWithRedis("first", { url });
    },
  );

  it("is refused also where the answer comes after the time that a start waits for Redis", async () => {
    await memberWithRedis("first");
    const clock = new ManualClock();
    const [asked, named] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
    const house = () => {
      asked.resolve();
      return named.promise;
    };
    const starting = memberOf(house, { clock }).catch((error: unknown) => error);
    // Its connection stands by then.
    await asked.promise;
    clock.advance(START_MS);
    named.resolve("second");
    expect(await starting).toBeInstanceOf(RedisUnfitError);
  });

  it("starts without it where there is no answer to wait for", async () => {
    const clock = new ManualClock();
    const asked = Promise.withResolvers<void>();
    const house = () => {
      asked.resolve();
      return new Promise<never>(() => undefined);
    };
    const starting = memberOf(house, { clock });
    let started: Member | null = null;
    void starting.then((member) => {
      started = member;
    });
    await asked.promise;
    clock.advance(START_MS);
    const goOn = () => {
      clock.advance(REDIS_ANSWERS_MS);
      return started;
    };
    await expect.poll(goOn, SOON).not.toBeNull();
    expect((await starting).cluster.state()).toBe("away");
  });

  it("gets it once the other one has ended", async () => {
    const first = await memberWithRedis("first");
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
  const { cluster, lines } = await memberWithRedis("first");
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
  const log = createLogger("silent");
  const [config, secrets] = [
    readConfig({ ...at(other), UNSAFE_DATABASE: "true" }),
    readSecrets(SECRETS, "unused"),
  ];
  const opening = openHouse({ config, secrets, log, clock: PATIENT });
  const refusal = await opening.catch((error: unknown) => error);
  expect([refusal, isForOperator(refusal)]).toEqual([expect.any(RedisUnfitError), true]);
  const { rows } = await other.pool.query("SELECT FROM leases");
  expect(rows).toEqual([]);
  const ready = async (address: string) => (await fetch(`${address}/ready`)).json();
  const well = { checks: { redis: "ok" } };
  await expect.poll(() => ready(url), SOON).toMatchObject(well);
  const ofTheSame = await processes.start(at(one)).open;
  await expect.poll(() => ready(ofTheSame), SOON).toMatchObject(well);
}, 90_000);

it("is replaced by the house's new one, as an upgrade of Postgres gives it one", async () => {
  const names = { early: "before", late: "before" };
  const early = await memberWithRedis(() => names.early);
  const late = await memberWithRedis(() => names.late);
  names.early = "after";
  await expect.poll(() => redis.run("GET", KEY), SOON).toBe("after");
  await expect.poll(() => told(late).length, SOON).toBe(1);
  names.late = "after";
  await expect.poll(() => late.cluster.state(), SOON).toBe("ok");
  expect(early.cluster.state()).toBe("ok");
  expect(early.lines).toEqual([]);
  await memberWithRedis("after");
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
    const member = await memberWithRedis("first");
    const hears = hearingOf(member);
    await redis.kill();
    await expect.poll(() => member.cluster.state(), SOON).toBe("away");
    await redis.start();
    await expect.poll(() => hears, SOON).toContain(true);
    expect(hears).not.toContain(false);
  });

  it("is told so also where Redis was another house's, and no connection is new", async () => {
    const member = await memberWithRedis("first");
    const hears = hearingOf(member);
    await redis.run("SET", KEY, "second");
    await expect.poll(() => member.cluster.redis.isReady, SOON).toBe(false);
    expect(hears).toEqual([]);
    await redis.run("DEL", KEY);
    await expect.poll(() => hears, SOON).toEqual([true]);
  });
});

it("is renewed where Redis is full", async () => {
  const { cluster } = await memberWithRedis("first");
  await redis.run("CONFIG", "SET", "maxmemory", "1");
  await redis.run("PEXPIRE", KEY, "600000");
  const left = async () => (await redis.run("PTTL", KEY)) as number;
  await expect.poll(left, SOON).toBeLessThan(60_000);
  expect(await left()).toBeGreaterThan(0);
  expect(cluster.redis.isReady).toBe(true);
});
