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
  const news = new BalanceNews({
    clock,
    log,
    news: {
      tell: (_, names) => told.push(names as string[]),
      hear: <Shape>(_: string, shape: z.ZodType<Shape>, listener: (news: Shape) => void) => {
        hear = (names) => {
          const parsed = shape.safeParse(names);
          if (parsed.success) listener(parsed.data);
        };
      },
    },
    isHere: (playerId) => seated.includes(playerId),
    balanceOf: async (playerId) => {
      asked.push(playerId);
      const balance = bank.get(playerId);
      if (balance === undefined) throw new BankUnavailableError("away");
      return balance;
    },
    hub,
  });
  return { clock, told, shown, asked, bank, news, hub, hear: (names: unknown) => hear(names) };
}

/** Until everything that was asked is answered. */
async function settled<T>(look: () => T, wished: T): Promise<void> {
  await expect.poll(look).toEqual(wished);
}

describe("news of balances", () => {
  it("go out together, each player once", () => {
    const { news, clock, told } = processWith([]);
    for (const playerId of ["ada", "bob", "ada"]) news.changed(playerId);
    expect(told).toEqual([]);
    clock.advance(100);
    expect(told).toEqual([["ada", "bob"]]);
    news.changed("ada");
    clock.advance(100);
    expect(told.at(-1)).toEqual(["ada"]);
  });

  it("of a crowd go out in slices", () => {
    const { news, clock, told } = processWith([]);
    for (let number = 0; number < 2_500; number += 1) news.changed(`player-${number}`);
    clock.advance(200);
    expect(told.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  it("are no more than there may be", () => {
    const { news, clock, told } = processWith([]);
    for (let number = 0; number < 30_000; number += 1) news.changed(`player-${number}`);
    clock.advance(1_000);
    expect(told.flat()).toHaveLength(20_000);
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

  it("survive a bank that is away", async () => {
    const { bank, shown, hear } = processWith(["ada", "bob"]);
    bank.set("bob", 5);
    hear(["ada", "bob"]);
    await settled(() => shown, [["bob", 5]]);
    bank.set("ada", 8);
    hear(["ada"]);
    await settled(() => shown.at(-1), ["ada", 8]);
  });
});
