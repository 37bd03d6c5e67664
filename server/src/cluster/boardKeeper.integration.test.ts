/** Leaderboards that are made anew, slice by slice, while the house plays on. */
import { asChips } from "@croupier/shared/core/chips";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import { leaderboard, PERIODS } from "../players/statements.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { withoutTimers } from "../testing/manualClock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { bet, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { EventDesk } from "./eventDesk.ts";
import { leaderBooks } from "./leaderBooks.ts";
import { addressOf } from "./redisAddress.ts";
import { RedisConnection } from "./redisConnection.ts";
import { RedisHealth } from "./redisHealth.ts";

const log = createLogger("silent");
const DAY_MS = 86_400_000;
const TABLES = ["one", "two"].map(tableConfig);
const LOCK = "croupier:leaders:rebuilding";
const PLACE = "croupier:leaders:place";
/** A round has two: so a slice ends in the middle of one, and takes it whole. */
const BETS_AT_ONCE = 3;
const MOST_BETS = 4;

let rig: BankRig;
let redis: OwnRedis;
let connection: RedisConnection;
const rounds = new Map<string, number>();
let [ada, bob] = ["", ""];

beforeAll(async () => {
  rig = await createBankRig();
  [ada = "", bob = ""] = await Promise.all(
    ["Ada", "Bob"].map(async (name) => (await rig.players.registerGuest({ name })).playerId),
  );
  for (const config of TABLES) await rig.store.prepareTable(config);
  // Rounds of two weeks, the oldest of which are of no day any more.
  for (let day = 0; day < 14; day += 1) {
    await play("one", 10 + day);
    if (day % 2 === 0) await play("two");
    rig.clock.advance(DAY_MS);
  }
  await voidRound("two");
  await play("two", 7);
  rig.clock.advance(200);
});
afterAll(() => rig.database.close());

const desks: EventDesk[] = [];
beforeEach(async () => {
  redis = await createOwnRedis();
  const health = new RedisHealth(log, systemClock);
  const address = addressOf(redis.url);
  connection = new RedisConnection({ address, health, clock: systemClock, random: () => 0 });
  await health.untilOk();
});
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.close();
  connection.close();
  await redis.close();
});

/**
 * A desk whose books are read in small slices; `between` is done after each, with its number. It looks
 * when the test says so, and never beside it.
 */
function deskOf(between: (slice: number) => Promise<unknown> = async () => null) {
  const { database } = rig;
  const clock = withoutTimers(rig.clock);
  const books = leaderBooks(database.serverPool, BETS_AT_ONCE);
  const slices: number[] = [];
  const desk = new EventDesk({
    ...{ pool: database.serverPool, tables: TABLES, clock, log, redis: connection },
    books: {
      mark: books.mark,
      between: async function* (from, to, since) {
        for await (const results of books.between(from, to, since)) {
          yield results;
          slices.push(results.reduce((sum, row) => sum + row.rounds, 0));
          await between(slices.length);
        }
      },
    },
  });
  desks.push(desk);
  return { desk, slices };
}

async function play(tableId: string, amount = 10): Promise<void> {
  const round = (rounds.get(tableId) ?? 0) + 1;
  rounds.set(tableId, round);
  const bets = [
    { playerId: ada, spot: "red", amount: asChips(amount) },
    { playerId: bob, spot: "black", amount: asChips(amount) },
  ];
  await playRound(rig, tableId, {
    round,
    bets: bets.toSorted((one, other) => (one.playerId < other.playerId ? -1 : 1)),
  });
}

async function voidRound(tableId: string): Promise<void> {
  const round = (rounds.get(tableId) ?? 0) + 1;
  rounds.set(tableId, round);
  await openRound(rig, tableId, round);
  await rig.store.post(tableId, bet(ada, { round }));
  const voiding = { tableId, round, reason: "for a test", voidedAt: rig.clock.now() };
  await rig.store.voidRound(voiding);
}

/** Plays a round, and tells of it. */
async function playAndTell(desk: EventDesk, tableId: string): Promise<void> {
  await play(tableId);
  rig.clock.advance(200);
  await desk.tell();
}

async function expectTrue(desk: EventDesk): Promise<void> {
  for (const period of PERIODS) {
    const rows = await leaderboard(rig.database.serverPool, period, rig.clock.now());
    const books = rows.map(({ name: _, ...row }) => row);
    expect(await desk.leaders(period), period).toEqual(books);
  }
}

const keys = async () => ((await redis.run("KEYS", "croupier:leaders:*")) as string[]).toSorted();

describe("leaderboards that are made anew", () => {
  it("are read in slices of few bets, and are as the books have them", async () => {
    const { desk, slices } = deskOf();
    await desk.tell();
    await desk.keepBoards();
    expect(slices.length).toBeGreaterThan(10);
    expect(Math.max(...slices)).toBeLessThanOrEqual(MOST_BETS);
    await expectTrue(desk);
    expect(await keys()).not.toContain(LOCK);
    expect(await redis.run("KEYS", "croupier:leaders-making:*")).toEqual([]);
  });

  it("have each round once that is settled or told meanwhile", async () => {
    const { desk } = deskOf(async (slice) => {
      if (slice === 2) await play("one");
      if (slice === 4) await playAndTell(desk, "two");
      if (slice === 6) await play("two", 5);
      // The day ends meanwhile, and what is played then is of the next one.
      if (slice === 8) rig.clock.advance(DAY_MS);
      if (slice === 9) await playAndTell(desk, "one");
    });
    // What has no place yet when it begins.
    await play("one");
    await desk.keepBoards();
    for (let turn = 0; turn < 2; turn += 1) {
      rig.clock.advance(200);
      await desk.tell();
      await desk.keepBoards();
      await expectTrue(desk);
    }
  });

  it("follow on where more was told meanwhile than the stream keeps", async () => {
    const { desk } = deskOf(async (slice) => {
      if (slice !== 3) return;
      // As if of 600 rounds the stream had only the last ones.
      for (let turn = 0; turn < 3; turn += 1) await playAndTell(desk, "two");
      await redis.run("XTRIM", "croupier:events", "MAXLEN", "0");
      await rig.database.pool.query("UPDATE outbox_place SET last_seq = last_seq + 597");
    });
    await desk.tell();
    await desk.keepBoards();
    const place = await redis.run("GET", PLACE);
    await playAndTell(desk, "one");
    await desk.keepBoards();
    expect(Number(await redis.run("GET", PLACE))).toBe(Number(place) + 1);
    await expectTrue(desk);
  });

  it("hold up neither the feed nor the telling", async () => {
    const slice = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const { desk } = deskOf(() => {
      reached.resolve();
      return slice.promise;
    });
    const keeping = desk.keepBoards();
    await reached.promise;
    const told = async () => redis.run("XLEN", "croupier:events");
    const before = Number(await told());
    // Zero may come, but not for ever.
    for (let turn = 0; turn < 6 && desk.wins.length === 0; turn += 1) {
      await play("one", 1_000);
      rig.clock.advance(200);
      await desk.tell();
      await desk.read();
    }
    expect(Number(await told())).toBeGreaterThan(before);
    expect(desk.wins[0]).toMatchObject({ tableId: "one", net: 1_000 });
    slice.resolve();
    await keeping;
    await desk.keepBoards();
    await expectTrue(desk);
  });

  it("are shown as they were, until they are whole", async () => {
    const { desk } = deskOf();
    await desk.keepBoards();
    const before = await desk.leaders("all");
    await play("one", 33);
    rig.clock.advance(200);
    await desk.tell();
    // An event is missing.
    await redis.run("DECR", PLACE);
    await redis.run("XTRIM", "croupier:events", "MAXLEN", "0");
    await playAndTell(desk, "two");
    const seen: unknown[] = [];
    const { desk: other } = deskOf(async () => seen.push(await desk.leaders("all")));
    await other.keepBoards();
    expect(seen.length).toBeGreaterThan(10);
    for (const shown of seen) expect(shown).toEqual(before);
    await expectTrue(desk);
  });
});

describe("whoever makes the leaderboards", () => {
  it("keeps the others from it for as long as it goes on, and no longer", async () => {
    const left: number[] = [];
    const { desk } = deskOf(async (slice) => {
      left.push(Number(await redis.run("PTTL", LOCK)));
      // As if each slice took nearly all of the time that there is.
      await redis.run("PEXPIRE", LOCK, "5000");
      if (slice !== 2) return;
      const other = deskOf();
      await other.desk.keepBoards();
      expect(other.slices).toEqual([]);
    });
    await desk.keepBoards();
    expect(left.length).toBeGreaterThan(10);
    expect(Math.min(...left)).toBeGreaterThan(5_000);
    expect(await redis.run("EXISTS", LOCK)).toBe(0);
    await expectTrue(desk);
  });

  it.each([
    ["at first", 1],
    ["in the middle", 5],
  ])("and has lost the lock to another one changes nothing any more: %s", async (_, when) => {
    const { desk, slices } = deskOf(async (slice) => {
      if (slice !== when) return;
      await redis.run("DEL", LOCK);
      await deskOf().desk.keepBoards();
      await redis.run("SET", LOCK, "a third one");
      await redis.run("SET", "croupier:leaders-making:all:net", "of the third one");
    });
    await desk.keepBoards();
    expect(slices).toHaveLength(when);
    await expectTrue(desk);
    expect(await redis.run("GET", LOCK)).toBe("a third one");
    expect(await redis.run("GET", "croupier:leaders-making:all:net")).toBe("of the third one");
  });

  it("neither shows nor takes away what a process of a version before is making", async () => {
    const theirs = ["croupier:leaders:new:all:net", "croupier:leaders:new:2023-11-14:net"];
    const { desk } = deskOf(async (slice) => {
      // It looks at the lock when it begins, and never again.
      if (slice === 2) for (const key of theirs) await redis.run("ZADD", key, "-777", "theirs");
    });
    await redis.run("ZADD", "croupier:leaders:new:all:net", "-7", "theirs before");
    await desk.keepBoards();
    await expectTrue(desk);
    expect((await keys()).filter((key) => key.includes(":new:"))).toEqual(theirs.toSorted());
    expect(await redis.run("ZCARD", "croupier:leaders:new:all:net")).toBe(2);
  });

  it("is whole where a process of a version before ends meanwhile", async () => {
    const { desk } = deskOf(async (slice) => {
      if (slice !== 5) return;
      // It takes away all but the lock and what it has made.
      for (const key of await keys()) {
        if (key !== LOCK && !key.includes(":new:")) await redis.run("DEL", key);
      }
    });
    await desk.keepBoards();
    await expectTrue(desk);
  });

  it("and loses the lock before they are shown shows nothing", async () => {
    const counting = deskOf();
    await counting.desk.keepBoards();
    const last = counting.slices.length;
    await redis.run("FLUSHALL");
    const { desk, slices } = deskOf(async (slice) => {
      if (slice === last) await redis.run("SET", LOCK, "another one");
    });
    await desk.keepBoards();
    expect(slices).toHaveLength(last);
    expect(await desk.leaders("all")).toBeNull();
    expect(await redis.run("GET", LOCK)).toBe("another one");
  });

  it("and fails leaves the next one to begin at once, and nothing of its own", async () => {
    const { desk } = deskOf(async (slice) => {
      if (slice === 4) throw new Error("the books cannot be read");
    });
    await expect(desk.keepBoards()).rejects.toThrow("the books cannot be read");
    expect(await desk.leaders("all")).toBeNull();
    const other = deskOf();
    await other.desk.keepBoards();
    await expectTrue(other.desk);
  });

  it("stops where its process ends", async () => {
    const { desk, slices } = deskOf(async (slice) => {
      if (slice === 4) void desk.close();
    });
    await desk.keepBoards();
    // The next one was read, and not taken.
    expect(slices).toHaveLength(4);
    expect(await redis.run("EXISTS", LOCK, PLACE)).toBe(0);
  });

  it.each([
    ["a flush", () => redis.run("FLUSHALL")],
    ["the news that what was told did not happen", () => redis.run("DEL", PLACE, LOCK)],
  ])("begins anew after %s", async (_, forget) => {
    const { desk } = deskOf(async (slice) => {
      if (slice === 5) await forget();
    });
    await desk.keepBoards();
    expect(await desk.leaders("all")).toBeNull();
    await desk.keepBoards();
    await expectTrue(desk);
  });
});
