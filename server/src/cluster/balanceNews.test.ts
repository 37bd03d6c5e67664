import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { createLogger } from "../platform/log.ts";
import { BalanceHub } from "../rooms/balanceHub.ts";
import { BankUnavailableError } from "../tables/store.ts";
import { ManualClock } from "../testing/manualClock.ts";
import { BalanceNews } from "./balanceNews.ts";

const log = createLogger("silent");

/** A process with these players, and a bank that the test answers for. */
function processWith(seated: readonly string[]) {
  const clock = new ManualClock();
  const told: string[][] = [];
  const shown: [string, number][] = [];
  const asked: string[] = [];
  const bank = new Map<string, number>();
  const hub = new BalanceHub();
  hub.subscribe({ balanceChanged: (playerId, balance) => shown.push([playerId, balance]) });
  let hear = (_: unknown): void => undefined;
  let missed = (): void => undefined;
  const redis = { isThere: true, meanwhile: (): void => undefined };
  const news = new BalanceNews({
    clock,
    log,
    news: {
      tell: async (_, names) => {
        if (redis.isThere) told.push(names as string[]);
        redis.meanwhile();
        return redis.isThere;
      },
      missed: (listener) => {
        missed = listener;
      },
      hear: <Shape>(_: string, shape: z.ZodType<Shape>, listener: (news: Shape) => void) => {
        hear = (names) => {
          const parsed = shape.safeParse(names);
          if (parsed.success) listener(parsed.data);
        };
      },
    },
    isHere: (playerId) => seated.includes(playerId),
    everyoneHere: () => seated,
    balanceOf: async (playerId) => {
      asked.push(playerId);
      const balance = bank.get(playerId);
      if (balance === undefined) throw new BankUnavailableError("away");
      return balance;
    },
    hub,
  });
  const heard = { hear: (names: unknown) => hear(names), missed: () => missed() };
  return { clock, told, shown, asked, bank, news, hub, redis, ...heard };
}

/** Until what is on its way has arrived, and what follows from that. */
const settle = () => new Promise(setImmediate);

/** Until everything that was asked is answered. */
async function settled<T>(look: () => T, wished: T): Promise<void> {
  await expect.poll(look).toEqual(wished);
}

describe("news of balances", () => {
  it("go out together, each player once", async () => {
    const { news, clock, told } = processWith([]);
    for (const playerId of ["ada", "bob", "ada"]) news.changed(playerId);
    expect(told).toEqual([]);
    clock.advance(100);
    expect(told).toEqual([["ada", "bob"]]);
    await settle();
    news.changed("ada");
    clock.advance(100);
    expect(told.at(-1)).toEqual(["ada"]);
  });

  it("of a crowd go out in slices", async () => {
    const { news, clock, told } = processWith([]);
    for (let number = 0; number < 2_500; number += 1) news.changed(`player-${number}`);
    clock.advance(100);
    await settle();
    expect(told.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  it("that come while others are told go out together, after the pause", async () => {
    const { news, clock, told, redis } = processWith([]);
    const stream = ["bob", "ada", "cyd"];
    redis.meanwhile = () => {
      for (const playerId of stream.splice(0, 2)) news.changed(playerId);
    };
    news.changed("ada");
    clock.advance(100);
    await settle();
    expect(told).toEqual([["ada"]]);
    clock.advance(99);
    expect(told).toHaveLength(1);
    for (const pauseMs of [1, 100, 100]) {
      clock.advance(pauseMs);
      await settle();
    }
    expect(told).toEqual([["ada"], ["bob", "ada"], ["cyd"]]);
    expect(clock.next()).toBe(false);
  });

  it("are no more than there may be", async () => {
    const { news, clock, told } = processWith([]);
    for (let number = 0; number < 30_000; number += 1) news.changed(`player-${number}`);
    clock.advance(100);
    await settle();
    expect(told.flat()).toHaveLength(20_000);
  });

  it("wait while Redis is away, each player once, and go out when it is back", async () => {
    const { news, clock, told, redis } = processWith([]);
    redis.isThere = false;
    for (const playerId of ["ada", "bob"]) {
      news.changed(playerId);
      clock.advance(1_000);
      await settle();
    }
    news.changed("ada");
    redis.isThere = true;
    expect(told).toEqual([]);
    clock.advance(1_000);
    await settle();
    expect(told.map((names) => names.toSorted())).toEqual([["ada", "bob"]]);
    clock.advance(10_000);
    await settle();
    expect(told).toHaveLength(1);
  });

  it("that may have been missed are asked of the bank, for everyone who sits here", async () => {
    const { bank, shown, missed } = processWith(["ada", "bob"]);
    bank.set("ada", 1).set("bob", 2);
    missed();
    const wished = [
      ["ada", 1],
      ["bob", 2],
    ];
    await settled(() => shown, wished);
  });

  it("never show an older balance after a newer one", async () => {
    const { bank, shown, asked, hub, hear } = processWith(["ada"]);
    bank.set("ada", 90);
    hear(["ada"]);
    // The bank has answered already, and that answer is on its way.
    expect(asked).toEqual(["ada"]);
    hub.tell("ada", 80);
    await settled(
      () => shown,
      [
        ["ada", 80],
        ["ada", 80],
      ],
    );
  });

  it("that are heard are asked of the bank, for those who sit here", async () => {
    const { bank, shown, asked, hear } = processWith(["ada"]);
    bank.set("ada", 70);
    hear(["ada", "bob"]);
    await settled(() => shown, [["ada", 70]]);
    expect(asked).toEqual(["ada"]);
  });

  it("that nobody of ours tells are none", () => {
    const { asked, hear } = processWith(["ada"]);
    for (const names of [null, "ada", { ada: 1 }, [1], ["ada", 1e9], Array(1_001).fill("ada")]) {
      hear(names);
    }
    expect(asked).toEqual([]);
  });

  it("survive a bank that is away, and are asked of it again", async () => {
    const { bank, shown, clock, hear } = processWith(["ada", "bob"]);
    bank.set("bob", 5);
    hear(["ada", "bob"]);
    await settled(() => shown, [["bob", 5]]);
    bank.set("ada", 8);
    clock.advance(1_000);
    await settled(() => shown.at(-1), ["ada", 8]);
    await settle();
    expect(clock.next()).toBe(false);
  });

  it("ask a bank that is away once a second, however much is heard", async () => {
    const { bank, shown, asked, clock, hear } = processWith(["ada", "bob"]);
    const away = ["ada", "ada", "bob", "ada"];
    for (const playerId of away) {
      hear([playerId]);
      await settle();
    }
    expect(asked).toEqual(["ada"]);
    clock.advance(1_000);
    await settle();
    expect(asked).toEqual(["ada", "ada", "bob"]);
    bank.set("ada", 1).set("bob", 2);
    clock.advance(1_000);
    await settle();
    expect(asked.slice(3)).toEqual(["ada", "bob"]);
    expect(shown).toHaveLength(2);
    expect(clock.next()).toBe(false);
    hear(["ada"]);
    await settle();
    expect(asked.slice(5)).toEqual(["ada"]);
  });

  it("are asked for while the player sits here, and no longer", async () => {
    const seated = ["ada", "bob"];
    const { asked, bank, clock, hear } = processWith(seated);
    hear(seated);
    await settle();
    seated.shift();
    bank.set("bob", 2);
    clock.advance(1_000);
    await settle();
    expect(asked).toEqual(["ada", "bob", "bob"]);
    expect(clock.next()).toBe(false);
  });

  it("stop between two slices where the house closes", async () => {
    const crowd = Array.from({ length: 1_500 }, (_, number) => `player-${number}`);
    const { news, clock, told, asked, bank, missed } = processWith(crowd);
    for (const playerId of crowd) {
      bank.set(playerId, 1);
      news.changed(playerId);
    }
    clock.advance(100);
    missed();
    news.close();
    await settle();
    expect(told.flat()).toHaveLength(1_000);
    expect(asked).toHaveLength(500);
    expect(clock.next()).toBe(false);
  });

  it("are neither told nor asked about any more once the house closes", async () => {
    const { news, clock, told, redis, hear } = processWith(["ada"]);
    redis.isThere = false;
    news.changed("ada");
    clock.advance(100);
    hear(["ada"]);
    await settle();
    news.close();
    expect(clock.next()).toBe(false);
    expect(told).toEqual([]);
  });
});
