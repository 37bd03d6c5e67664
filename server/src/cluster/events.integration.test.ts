import { asChips } from "@croupier/shared/core/chips";
import { PERIODS } from "@croupier/shared/protocol/leaderboard";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import { UNKNOWN_CLOSING_MS } from "../tables/spun.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { connectToRedis } from "../testing/connectToRedis.ts";
import { leadersByBets } from "../testing/leadersByBets.ts";
import { withoutTimers } from "../testing/manualClock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { bet, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { EventDesk } from "./eventDesk.ts";
import { EventStream } from "./eventStream.ts";
import { Outbox } from "./outbox.ts";
import type { RedisConnection } from "./redisConnection.ts";

const log = createLogger("silent");
const DAY_MS = 86_400_000;
const TABLES = ["one", "two"].map(tableConfig);

let rig: BankRig;
let redis: OwnRedis;
let connection: RedisConnection;
const rounds = new Map<string, number>();
const names = new Map<string, string>();
let [ada, bob] = ["", ""];

beforeAll(async () => {
  rig = await createBankRig();
  await invite();
  for (const config of TABLES) await rig.store.prepareTable(config);
});
afterAll(() => rig.database.close());

/** Two players who have all their chips yet. */
async function invite(): Promise<void> {
  for (const name of ["Ada", "Bob"]) {
    const { playerId } = await rig.players.registerGuest({ name });
    names.set(playerId, name);
  }
  [ada = "", bob = ""] = [...names.keys()].slice(-2);
}

const desks: EventDesk[] = [];
beforeEach(async () => {
  redis = await createOwnRedis();
  ({ connection } = await connectToRedis(redis.url));
});
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.close();
  connection.close();
  await redis.close();
});

/** A desk of one process; it looks when the test says so, and never beside it. */
function deskOf(over: RedisConnection | null = connection, tables = TABLES): EventDesk {
  const { database } = rig;
  const clock = withoutTimers(rig.clock);
  const options = { pool: database.serverPool, tables, clock, log, redis: over };
  const desk = new EventDesk(options);
  desks.push(desk);
  return desk;
}

/** What a process does with what was told. */
async function follow(desk: EventDesk): Promise<void> {
  await desk.read();
  await desk.keepBoards();
}

/** Plays the table's next round: one of the two wins what the other loses, unless zero does. */
async function play(tableId: string, amount = 10): Promise<void> {
  const round = (rounds.get(tableId) ?? 0) + 1;
  rounds.set(tableId, round);
  await playRound(rig, tableId, {
    round,
    bets: [
      { playerId: ada, spot: "red", amount: asChips(amount) },
      { playerId: bob, spot: "black", amount: asChips(amount) },
    ].toSorted((one, other) => (one.playerId < other.playerId ? -1 : 1)),
  });
}

/** Long enough for every ball to be spun. */
const spin = () => rig.clock.advance(200);

const told = async (): Promise<unknown[]> => {
  const entries = (await redis.run("XRANGE", "croupier:events", "-", "+")) as [string, string[]][];
  return entries.map(([, fields]) => {
    const { tableId, round } = JSON.parse(fields[1] ?? "") as { tableId: string; round: number };
    return `${tableId} ${round}`;
  });
};

/** The boards say what the books say. */
async function expectTrue(desk: EventDesk): Promise<void> {
  for (const period of PERIODS) {
    const books = await leadersByBets(rig.database.pool, period, rig.clock.now());
    expect(await desk.leaders(period), period).toEqual(books);
  }
}

describe("events", () => {
  it("are told once, in their places, and not before the ball is spun", async () => {
    const desk = deskOf();
    await desk.tell();
    const before = await told();
    await play("one");
    await desk.tell();
    expect(await told()).toEqual(before);
    spin();
    await play("two");
    await desk.tell();
    expect(await told()).toEqual([...before, `one ${rounds.get("one")}`]);
    spin();
    await Promise.all([desk.tell(), deskOf().tell()]);
    await desk.tell();
    expect(await told()).toHaveLength(before.length + 2);
    const { rows } = await rig.database.pool.query("SELECT FROM outbox");
    expect(rows).toEqual([]);
  });

  it("of a table that a process does not know are told when its ball is spun at the latest", async () => {
    await deskOf().tell();
    const before = await told();
    await play("two");
    const desk = deskOf(connection, TABLES.slice(0, 1));
    rig.clock.advance(UNKNOWN_CLOSING_MS - 1);
    await desk.tell();
    expect(await told()).toEqual(before);
    rig.clock.advance(1);
    await desk.tell();
    expect(await told()).toEqual([...before, `two ${rounds.get("two")}`]);
  });

  it("are told again in the same places where it is not certain that they were", async () => {
    const desk = deskOf();
    await follow(desk);
    for (const tableId of ["one", "two", "one"]) await play(tableId);
    spin();
    const outbox = new Outbox({ pool: rig.database.serverPool, tables: TABLES });
    const stream = new EventStream(connection, []);
    const half = outbox.tell(rig.clock.now(), async (events) => {
      await stream.add(events.slice(0, 2));
      throw new Error("the process ends here");
    });
    await expect(half).rejects.toThrow("the process ends here");
    await follow(desk);
    await play("two");
    spin();
    await desk.tell();
    expect(await told()).toHaveLength(4);
    await follow(desk);
    await expectTrue(desk);
  });

  it("of a void round have no winners", async () => {
    const desk = deskOf();
    await desk.tell();
    await follow(desk);
    const round = (rounds.get("one") ?? 0) + 1;
    rounds.set("one", round);
    await openRound(rig, "one", round);
    await rig.store.post("one", bet(ada, { round }));
    const voiding = { tableId: "one", round, reason: "for a test", voidedAt: rig.clock.now() };
    await rig.store.voidRound(voiding);
    spin();
    await desk.tell();
    await follow(desk);
    const [[, fields] = ["", []]] = (await redis.run(
      "XREVRANGE",
      "croupier:events",
      "+",
      "-",
      "COUNT",
      "1",
    )) as [string, string[]][];
    expect(JSON.parse(fields[1] ?? "")).toMatchObject({ status: "void", pocket: "", winners: [] });
    await expectTrue(desk);
  });

  it("say of a round who won most, and not what became of everybody: Redis has room for 500 full tables", async () => {
    const desk = deskOf();
    await play("one");
    spin();
    await desk.tell();
    const [[, fields] = ["", []]] = (await redis.run(
      ...["XREVRANGE", "croupier:events", "+", "-", "COUNT", "1"],
    )) as [string, string[]][];
    const event = JSON.parse(fields[1] ?? "") as { winners: unknown[]; results: unknown[] };
    expect(event.winners.length).toBeLessThanOrEqual(1);
    expect(event.results).toEqual([]);
  });

  it("wait in the outbox while Redis is away, and are told when it is back", async () => {
    const desk = deskOf();
    await desk.tell();
    await redis.kill();
    await expect.poll(() => connection.isReady).toBe(false);
    await play("one");
    spin();
    await desk.tell();
    await desk.keepBoards();
    await expectTrue(desk);
    expect((await rig.database.pool.query("SELECT FROM outbox")).rows).toHaveLength(1);
    await redis.start();
    await expect.poll(() => connection.isReady, { timeout: 5_000 }).toBe(true);
    await desk.tell();
    expect(await told()).toEqual([`one ${rounds.get("one")}`]);
    await follow(desk);
    await expectTrue(desk);
  });

  it("that wait for too long are forgotten, and the boards made anew from the books", async () => {
    const desk = deskOf();
    await desk.tell();
    await follow(desk);
    await play("one");
    const outbox = new Outbox({ pool: rig.database.serverPool, tables: TABLES });
    await outbox.prune(rig.clock.now() + 3_500_000);
    expect((await rig.database.pool.query("SELECT FROM outbox")).rows).toHaveLength(1);
    await outbox.prune(rig.clock.now() + 3_600_001);
    expect((await rig.database.pool.query("SELECT FROM outbox")).rows).toEqual([]);
    await play("two");
    spin();
    await desk.tell();
    await follow(desk);
    expect(await told()).not.toContain(`one ${rounds.get("one")}`);
    await expectTrue(desk);
  });
});

describe("leaderboards", () => {
  it("follow the rounds, however many processes add them", async () => {
    const [one, other] = [deskOf(), deskOf()];
    await follow(one);
    for (let turn = 0; turn < 4; turn += 1) {
      await play(turn % 2 === 0 ? "one" : "two", 10 + turn);
      spin();
      await one.tell();
      await Promise.all([follow(one), follow(other)]);
      await follow(other);
      await expectTrue(other);
    }
  });

  it("are there again after a flush", async () => {
    const desk = deskOf();
    await follow(desk);
    await redis.run("FLUSHALL");
    await expectTrue(desk);
    await follow(desk);
    expect(await redis.run("EXISTS", "croupier:best:version")).toBe(1);
    await expectTrue(desk);
  });

  it("go on from day to day", async () => {
    const desk = deskOf();
    await follow(desk);
    await play("one");
    spin();
    await desk.tell();
    await follow(desk);
    await expectTrue(desk);
    for (const days of [1, 2, 7]) {
      rig.clock.advance(days * DAY_MS);
      await follow(desk);
      await expectTrue(desk);
      await play("two", 5);
      spin();
      await desk.tell();
      await follow(desk);
      await expectTrue(desk);
    }
  });
});

describe("the feed of big wins", () => {
  // Stakes are high: who loses again and again is soon without chips.
  beforeEach(invite);

  it.each([["over Redis"], ["in a house with one process"]])("names who won: %s", async (where) => {
    const desk = deskOf(where === "over Redis" ? connection : null);
    // Zero may come, but not for ever.
    for (let turn = 0; turn < 6 && desk.wins.length === 0; turn += 1) {
      await play("one", 1_000);
      spin();
      await desk.tell();
      await follow(desk);
    }
    const [win] = desk.wins;
    expect(win).toMatchObject({ tableId: "one", net: 1_000, staked: 1_000 });
    expect(names.get(win?.playerId ?? "")).toBe(win?.name);
    expect(desk.wins.every(({ net }) => net >= 1_000)).toBe(true);
  });

  /** Plays until somebody has won big: zero may come, but not for ever. */
  async function untilWin(desk: EventDesk): Promise<void> {
    const before = desk.wins;
    for (let turn = 0; turn < 6 && desk.wins === before; turn += 1) {
      await play("one", 1_000);
      spin();
      await desk.tell();
      await desk.read();
    }
    expect(desk.wins).not.toBe(before);
  }

  it("is the same at a process that starts once Redis has forgotten everything", async () => {
    const desk = deskOf();
    await untilWin(desk);
    await redis.run("FLUSHALL");
    const other = deskOf();
    await other.read();
    expect(other.wins).toEqual(desk.wins);
    await untilWin(desk);
    await other.read();
    expect(other.wins).toEqual(desk.wins);
    // In whatever order it is told, or how often.
    const third = deskOf();
    for (let turn = 0; turn < 3; turn += 1) await third.read();
    expect(third.wins).toEqual(desk.wins);
  });

  it("is the same at a process that missed what Redis has forgotten", async () => {
    const [desk, other] = [deskOf(), deskOf()];
    await untilWin(desk);
    await other.read();
    await untilWin(desk);
    await redis.run("FLUSHALL");
    await untilWin(desk);
    await other.read();
    expect(other.wins).toEqual(desk.wins);
  });

  it("goes on while Redis is away, and names no win before the ball is spun", async () => {
    const desk = deskOf();
    await untilWin(desk);
    const before = desk.wins;
    await redis.kill();
    await expect.poll(() => connection.isReady).toBe(false);
    rig.clock.advance(5_000);
    // Zero may come once, and hardly five times.
    for (let turn = 0; turn < 5; turn += 1) await play("one", 1_000);
    await desk.read();
    expect(desk.wins).toBe(before);
    rig.clock.advance(5_000);
    await desk.read();
    expect(desk.wins).not.toBe(before);
    await redis.start();
    await expect.poll(() => connection.isReady, { timeout: 5_000 }).toBe(true);
    await desk.tell();
    const other = deskOf();
    await Promise.all([desk.read(), other.read()]);
    expect(other.wins).toEqual(desk.wins);
  });

  it("is the same at processes without Redis, whichever of them empties the outbox", async () => {
    const holder = deskOf(null);
    await untilWin(holder);
    const standby = deskOf(null);
    await standby.read();
    expect(standby.wins).toEqual(holder.wins);
    await untilWin(standby);
    const newest = standby.wins[0];
    await untilWin(holder);
    expect(holder.wins).not.toContainEqual(newest);
    rig.clock.advance(5_000);
    for (const desk of [holder, standby]) await desk.read();
    expect(standby.wins).toEqual(holder.wins);
    expect(holder.wins).toContainEqual(newest);
  });

  it("is there again where the process of a house without Redis has started anew", async () => {
    const desk = deskOf(null);
    await untilWin(desk);
    const next = deskOf(null);
    await next.read();
    expect(next.wins).toEqual(desk.wins);
  });
});
