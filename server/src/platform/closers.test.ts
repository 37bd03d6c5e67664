import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { Closers } from "./closers.ts";
import { createLogger } from "./log.ts";
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
