import { describe, expect, it } from "vitest";
import { createPace } from "./pace.ts";

/** Pictures drawn in the last of some seconds, where a frame takes longer when it draws. */
function drawnInASecond(costMs: number, rolling: boolean): number {
  const pace = createPace();
  let drawn = 0;
  for (let at = 0; at < 5_000; ) {
    const draws = pace.draws(at, rolling);
    if (draws && at >= 4_000) drawn += 1;
    at += draws ? Math.max(16, costMs) : 16;
  }
  return drawn;
}

describe("the pace", () => {
  it("is every frame where the machine keeps up", () => {
    expect(drawnInASecond(3, false)).toBeGreaterThan(58);
  });

  it("leaves time to the page on a slow machine", () => {
    expect(drawnInASecond(45, false)).toBeLessThan(16);
  });

  it("is never held back while the ball rolls", () => {
    expect(drawnInASecond(45, true)).toBeGreaterThan(20);
  });

  it("recovers when the machine does", () => {
    const pace = createPace();
    for (let at = 0; at < 3_000; at += 60) pace.draws(at, false);
    let drawn = 0;
    for (let at = 3_000; at < 15_000; at += 16)
      if (pace.draws(at, false) && at > 14_000) drawn += 1;
    expect(drawn).toBeGreaterThan(58);
  });

  it("does not take a hidden page for a slow one", () => {
    const pace = createPace();
    for (let hour = 0; hour < 20; hour++) pace.draws(hour * 3_600_000, false);
    expect(pace.draws(20 * 3_600_000 + 16, false)).toBe(true);
  });
});
