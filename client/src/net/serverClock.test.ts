import { describe, expect, it } from "vitest";
import { clockOffset, createServerClock } from "./serverClock.ts";

describe("the server's clock", () => {
  it("is this device's clock until the server has answered", () => {
    const clock = createServerClock(
      () => 500,
      () => 1_000_500,
    );
    expect(clock.now()).toBe(1_000_500);
  });

  it("believes the sample with the shortest way", () => {
    const samples = [
      { sentAt: 0, receivedAt: 400, serverNow: 10_390 },
      { sentAt: 1_000, receivedAt: 1_020, serverNow: 11_010 },
      { sentAt: 2_000, receivedAt: 2_300, serverNow: 12_020 },
    ];
    expect(clockOffset(samples, 0)).toBe(10_000);
  });

  it("is wrong by no more than half the shortest way, however lopsided the others are", () => {
    let local = 0;
    const clock = createServerClock(
      () => local,
      () => 0,
    );
    const trueOffset = 77_000;
    for (const [there, back] of [
      [200, 5],
      [10, 12],
      [3, 400],
    ] as const) {
      const sentAt = local;
      local += there + back;
      clock.add({ sentAt, receivedAt: local, serverNow: sentAt + there + trueOffset });
      local += 1_000;
    }
    expect(Math.abs(clock.now() - (local + trueOffset))).toBeLessThanOrEqual(11);
  });

  it("forgets old samples, so that it follows a clock that was set", () => {
    let local = 0;
    const clock = createServerClock(
      () => local,
      () => 0,
    );
    clock.add({ sentAt: 0, receivedAt: 1, serverNow: 5_000 });
    for (let count = 1; count <= 8; count++) {
      local = count * 100;
      clock.add({ sentAt: local, receivedAt: local + 50, serverNow: local + 25 + 9_000 });
    }
    expect(clock.now()).toBe(local + 9_000);
  });

  it("keeps its last estimate after a reset until there is a new one", () => {
    const clock = createServerClock(
      () => 10,
      () => 0,
    );
    clock.add({ sentAt: 0, receivedAt: 0, serverNow: 1_000 });
    clock.reset();
    expect(clock.now()).toBe(1_010);
    clock.add({ sentAt: 0, receivedAt: 500, serverNow: 2_250 });
    expect(clock.now()).toBe(2_010);
  });
});
