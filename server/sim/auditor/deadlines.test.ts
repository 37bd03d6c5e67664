import { beforeEach, describe, expect, it } from "vitest";
import { Scheduler } from "../scheduler.ts";
import { Deadlines } from "./deadlines.ts";
import { AuditError } from "./terms.ts";

let scheduler: Scheduler;
let deadlines: Deadlines;
/** What the process that has the table shows of it. */
let shown: string | null;
let seen: string[];

beforeEach(() => {
  scheduler = new Scheduler();
  shown = "betting";
  seen = [];
  deadlines = new Deadlines({
    now: () => scheduler.now,
    lookIn: (delayMs, look) => scheduler.after(delayMs, look),
    shownBy: () => shown,
    seen: (what) => seen.push(what),
  });
  deadlines.began("one");
  deadlines.began("other");
  deadlines.leased("t1", "one");
});

/** Lets everything happen that is planned; throws the first complaint. */
function goOn(): void {
  while (scheduler.next() !== "nothing");
}

const at = (delayMs: number, act: () => void) => scheduler.after(delayMs, act);

describe("play that goes on after the bank's return", () => {
  const due = ["seen: play that had to go on"];

  beforeEach(() => {
    at(1_000, () => deadlines.bankIsKept());
    at(9_000, () => deadlines.bankIsBack());
  });

  it.each(["paused", null])("is asked of a table that shows %s", (phase) => {
    shown = phase;
    expect(goOn).toThrow(AuditError);
    expect(scheduler.now).toBe(1_700_000_000_000 + 12_000);
  });

  it("is there in time", () => {
    shown = "paused";
    at(11_999, () => {
      shown = "betting";
    });
    goOn();
    expect(seen).toEqual(due);
  });

  it.each<readonly [string, () => void]>([
    ["its process meets a fault", () => deadlines.hindered("one")],
    ["its process is asleep", () => deadlines.fellAsleep("one")],
    ["its process dies", () => deadlines.died("one")],
    ["its process gives it up", () => deadlines.freed("t1")],
    ["its process is about to stop", () => deadlines.leaves("one")],
    ["another process has taken it just now", () => deadlines.leased("t1", "other")],
    ["the bank is away again", () => deadlines.bankIsKept()],
  ])("is not asked where %s", (_, happens) => {
    shown = "paused";
    at(10_000, happens);
    try {
      goOn();
    } catch (error) {
      // Whoever dies is to be replaced: that is another promise.
      expect((error as Error).message).toContain("takes t1 over");
    }
    expect(seen).not.toContain(due[0]);
  });

  it("is not asked of a process that is kept by what it met before", () => {
    shown = "paused";
    at(8_000, () => deadlines.hindered("one", 1_001));
    goOn();
    expect(seen).toEqual([]);
  });

  it("is asked of one that woke before", () => {
    shown = "paused";
    at(2_000, () => deadlines.fellAsleep("one"));
    at(8_000, () => deadlines.woke("one"));
    expect(goOn).toThrow("paused");
  });
});

describe("a table whose process dies", () => {
  beforeEach(() => {
    at(1_000, () => deadlines.died("one"));
  });

  it("is another's within 5 s", () => {
    at(5_999, () => deadlines.leased("t1", "other"));
    goOn();
    expect(seen).toEqual(["seen: takeover that was due"]);
  });

  it("is free for no longer", () => {
    expect(goOn).toThrow("nobody takes t1 over, and other is there");
    expect(scheduler.now).toBe(1_700_000_000_000 + 6_000);
  });

  it.each<readonly [string, () => void]>([
    ["the other process meets a fault", () => deadlines.hindered("other")],
    ["the other process is asleep", () => deadlines.fellAsleep("other")],
    ["the other process leaves", () => deadlines.leaves("other")],
    ["the bank is away", () => deadlines.bankIsKept()],
  ])("may be free where %s", (_, happens) => {
    at(3_000, happens);
    expect(goOn).not.toThrow();
    expect(seen).toEqual([]);
  });

  it("is free anew where who took it dies in turn", () => {
    deadlines.began("third");
    at(5_000, () => deadlines.leased("t1", "other"));
    at(5_500, () => deadlines.died("other"));
    expect(goOn).toThrow("nobody takes t1 over, and third is there");
    expect(scheduler.now).toBe(1_700_000_000_000 + 10_500);
  });
});
