import { describe, expect, it } from "vitest";
import { steadyTime, systemClock } from "./clock.ts";

const START = 1_800_000_000_000;

/** A machine with a wall clock that can be set and a count of milliseconds that cannot. */
class Machine {
  wallMs = START;
  monotonicMs = 5_000.25;
  readonly now = steadyTime(
    () => this.wallMs,
    () => this.monotonicMs,
  );

  pass(elapsedMs: number): void {
    this.wallMs += elapsedMs;
    this.monotonicMs += elapsedMs;
  }
}

describe("a steady time", () => {
  it("is the wall clock's as long as that goes forward, however far it jumps", () => {
    const machine = new Machine();
    expect(machine.now()).toBe(START);
    machine.pass(1_500);
    expect(machine.now()).toBe(START + 1_500);
    machine.wallMs += 3_600_000;
    expect(machine.now()).toBe(START + 3_601_500);
  });

  it("goes on at the same pace when the wall clock is set back", () => {
    const machine = new Machine();
    machine.pass(1_000);
    expect(machine.now()).toBe(START + 1_000);
    machine.wallMs -= 60_000;
    expect(machine.now()).toBe(START + 1_000);
    machine.pass(250);
    expect(machine.now()).toBe(START + 1_250);
  });

  it("follows the wall clock again once that has caught up", () => {
    const machine = new Machine();
    machine.wallMs -= 10_000;
    machine.pass(4_000);
    expect(machine.now()).toBe(START + 4_000);
    machine.wallMs += 30_000;
    expect(machine.now()).toBe(START + 24_000);
    machine.pass(1);
    expect(machine.now()).toBe(START + 24_001);
  });

  it("tells whole milliseconds and loses no parts of them", () => {
    const machine = new Machine();
    machine.wallMs -= 60_000;
    for (let turn = 0; turn < 1_000; turn += 1) {
      machine.pass(0.25);
      expect(Number.isInteger(machine.now())).toBe(true);
    }
    expect(machine.now()).toBe(START + 250);
  });
});

describe("the machine's clock", () => {
  it("calls back once the time has come, and not before", async () => {
    const at = systemClock.now() + 20;
    const { promise, resolve } = Promise.withResolvers<number>();
    systemClock.at(at, () => resolve(systemClock.now()));
    expect(await promise).toBeGreaterThanOrEqual(at);
  });

  it("waits for a time that is further away than a timer of the runtime reaches", async () => {
    const fired: string[] = [];
    const far = systemClock.at(systemClock.now() + 2 ** 40, () => fired.push("far"));
    const { promise, resolve } = Promise.withResolvers<void>();
    systemClock.at(systemClock.now() + 10, () => resolve());
    await promise;
    far.cancel();
    expect(fired).toEqual([]);
  });

  it("does not call back once it was told not to", async () => {
    const fired: string[] = [];
    systemClock.at(systemClock.now() + 5, () => fired.push("cancelled")).cancel();
    const { promise, resolve } = Promise.withResolvers<void>();
    systemClock.at(systemClock.now() + 10, () => resolve());
    await promise;
    expect(fired).toEqual([]);
  });
});
