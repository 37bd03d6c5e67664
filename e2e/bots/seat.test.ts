import type { Client } from "@colyseus/sdk";
import { Room } from "@colyseus/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sitDown } from "./seat.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "info").mockReturnValue(undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const none = () => undefined;

/** A bot in a room of the stock SDK. */
async function seated(left: (comeBackInMs: number) => void = none) {
  const room = new Room("table");
  await sitDown({ join: async () => room } as unknown as Client, "one", {
    ...{ state: none, seat: none, settled: none, voided: none, balance: none },
    ...{ moving: none, dropped: none, back: none, left },
  });
  const knocks: number[] = [];
  const endedAt = Date.now();
  Object.assign(room, {
    reconnectionToken: "room:token",
    connection: { isOpen: false, reconnect: () => void knocks.push(Date.now() - endedAt) },
  });
  const tell = (type: string, message: object) => room["dispatchMessage"](type, message);
  const drop = () => {
    room.onDrop.invoke(1006, "");
    room["handleReconnection"](1006, "");
  };
  return { room, knocks, tell, drop };
}

async function firstKnocks(bots: number, seat: object): Promise<readonly number[]> {
  const all = await Promise.all(Array.from({ length: bots }, () => seated()));
  for (const { tell, drop } of all) {
    tell("seat", seat);
    drop();
  }
  vi.advanceTimersByTime(20_000);
  return all.map(({ knocks }) => knocks[0] ?? Number.NaN);
}

const within = (moments: readonly number[], from: number, to: number) =>
  moments.filter((at) => at >= from && at < to).length;

describe("bots whose connections end together", () => {
  it("come one after the other, for as long as the table named", async () => {
    const moments = await firstKnocks(400, { comeBackWithinMs: 4_000 });
    expect(within(moments, 100, 4_101)).toBe(400);
    // The odds against more in any tenth of the time are astronomical.
    for (let from = 100; from < 4_100; from += 400) {
      expect(within(moments, from, from + 400)).toBeLessThan(150);
    }
  });

  it("come as soon as a player does who was alone", async () => {
    expect(within(await firstKnocks(20, { comeBackWithinMs: 0 }), 100, 201)).toBe(20);
  });

  it("come apart where the table named nothing", async () => {
    const moments = await firstKnocks(20, {});
    expect(within(moments, 100, 601)).toBe(20);
    expect(new Set(moments).size).toBeGreaterThan(10);
  });
});

describe("a bot whose seat is gone", () => {
  beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0.25));

  /** When it is to sit down anew, after all this. */
  async function away(happen: (bot: Awaited<ReturnType<typeof seated>>) => void) {
    const left = vi.fn<(comeBackInMs: number) => void>();
    const bot = await seated(left);
    bot.tell("seat", { comeBackWithinMs: 2_000 });
    happen(bot);
    bot.room.onLeave.invoke(4003, "");
    return left.mock.lastCall;
  }

  it("comes within the time that came with the seat", async () => {
    expect(await away(none)).toEqual([1_000]);
  });

  it("comes when the table said, where it was sent off", async () => {
    expect(await away(({ tell }) => tell("notice", { comeBackInMs: 37 }))).toEqual([37]);
  });

  it("comes a moment after it knocked in vain, at its own moment of that time", async () => {
    expect(await away(({ drop }) => drop())).toEqual([250]);
  });

  it("has a new connection to lose once it was back", async () => {
    const happen = ({ drop, room }: Awaited<ReturnType<typeof seated>>) => {
      drop();
      room.onReconnect.invoke();
    };
    expect(await away(happen)).toEqual([1_000]);
  });
});
