import { describe, expect, it } from "vitest";
import { Breaks } from "./breaks.ts";
import { BankFaultError, OutcomeUnknownError } from "./store.ts";

const pauses = (breaks: Breaks, count: number) =>
  Array.from({ length: count }, () => breaks.nextPauseMs());

describe("a table that broke", () => {
  it("waits twice as long before each start, a minute at most, until a round was opened", () => {
    const breaks = new Breaks();
    expect(pauses(breaks, 10)).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ]);
    breaks.wentWell();
    expect(breaks.nextPauseMs()).toBe(250);
  });

  it("goes on with its round, unless it broke in that one before", () => {
    const breaks = new Breaks();
    const bug = new Error("a bug");
    expect(breaks.whyNotOn(7, bug)).toBeUndefined();
    expect(breaks.whyNotOn(8, bug)).toBeUndefined();
    expect(breaks.whyNotOn(8, bug)).toContain("took the round back");
  });

  it("is not to blame for what the bank cannot tell", () => {
    const breaks = new Breaks();
    const unknown = new OutcomeUnknownError("nobody knows");
    for (const _ of pauses(breaks, 3)) expect(breaks.whyNotOn(7, unknown)).toBeUndefined();
    expect(breaks.nextPauseMs()).toBe(250);
  });

  it("is not to blame for a fault of the bank's own either, and waits longer each time", () => {
    const breaks = new Breaks();
    expect(breaks.whyNotOn(7, new Error("a bug"))).toBeUndefined();
    const fault = new BankFaultError("a page is damaged");
    for (const pauseMs of [250, 500, 1_000]) {
      expect(breaks.whyNotOn(7, fault)).toBeUndefined();
      expect(breaks.nextPauseMs()).toBe(pauseMs);
    }
  });
});
