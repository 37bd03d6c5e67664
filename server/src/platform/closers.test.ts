import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { Closers } from "./closers.ts";
import { createLogger } from "./log.ts";
import { nextTurn } from "./turn.ts";
import { within } from "./within.ts";

const log = createLogger("silent");

describe("closing", () => {
  it("goes from the last opened to the first, whatever fails on the way", async () => {
    const closed: string[] = [];
    const closers = new Closers(new ManualClock(), log);
    closers.add("a", () => closed.push("a"));
    closers.add("b", () => {
      throw new Error("stuck");
    });
    closers.add("c", async () => {
      closed.push("c");
    });
    await closers.close();
    expect(closed).toEqual(["c", "a"]);
    await closers.close();
    expect(closed).toEqual(["c", "a"]);
  });

  it("passes over what takes too long", async () => {
    const clock = new ManualClock();
    const closed: string[] = [];
    const closers = new Closers(clock, log);
    closers.add("a", () => closed.push("a"));
    closers.add("endless", () => Promise.withResolvers<void>().promise);
    const done = closers.close();
    clock.advance(10_000);
    await done;
    expect(closed).toEqual(["a"]);
  });
});

describe("closing by a deadline", () => {
  /** Closes parts of which the `hanging` never end; answers which were begun, and when it was over. */
  async function closeBy(until: number, hanging: readonly string[]) {
    const clock = new ManualClock(0);
    const begun: [string, number][] = [];
    const untils: number[] = [];
    const closers = new Closers(clock, log);
    for (const part of ["a", "b", "c", "d"]) {
      closers.add(part, (partUntil) => {
        begun.push([part, clock.now()]);
        untils.push(partUntil);
        return hanging.includes(part) ? Promise.withResolvers<void>().promise : null;
      });
    }
    const closing = closers.close(until).then(() => "closed");
    while ((await Promise.race([closing, nextTurn()])) !== "closed") clock.next();
    return { begun, untils, endedAt: clock.now() };
  }

  it("begins to close each part, and is over in time, however many hang", async () => {
    const { begun, endedAt } = await closeBy(8_000, ["a", "b", "c", "d"]);
    expect(begun).toEqual([
      ["d", 0],
      ["c", 4_000],
      ["b", 6_000],
      ["a", 7_000],
    ]);
    expect(endedAt).toBe(7_500);
  });

  it("tells a part to be done a moment before it is given up", async () => {
    const { untils } = await closeBy(8_000, ["a", "b", "c", "d"]);
    expect(untils).toEqual([3_900, 5_900, 6_900, 7_400]);
  });

  it("gives a part no more than it has where there is much time, and goes on without it", async () => {
    expect(await closeBy(60_000, ["c"])).toMatchObject({ endedAt: 10_000 });
  });

  it("closes what is closed at once where no time is left", async () => {
    const { begun, endedAt } = await closeBy(-1, ["c"]);
    expect(begun.map(([part]) => part)).toEqual(["d", "c", "b", "a"]);
    expect(endedAt).toBe(0);
  });
});

describe("waiting within a bound", () => {
  it("is over when the work is, however it ends", async () => {
    const clock = new ManualClock();
    expect(await within(Promise.resolve(), 100, clock)).toBe(true);
    expect(await within(Promise.reject(new Error("no")), 100, clock)).toBe(true);
    // No timer is left behind.
    expect(clock.next()).toBe(false);
  });

  it("is over when time is", async () => {
    const clock = new ManualClock();
    const waiting = within(Promise.withResolvers<void>().promise, 100, clock);
    clock.advance(100);
    expect(await waiting).toBe(false);
  });
});
