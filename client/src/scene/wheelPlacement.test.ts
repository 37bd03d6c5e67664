import { describe, expect, it } from "vitest";
import { forwardness, wheelCircle } from "./wheelPlacement.ts";

const TIMINGS = { bettingMs: 20_000, closingMs: 1_000, spinningMs: 8_000, resultMs: 6_000 };
const at = (phase: "betting" | "closing" | "spinning" | "result", left: number) =>
  forwardness({ phase, phaseEndsAt: 100_000, timings: TIMINGS }, 100_000 - left);

describe("the wheel on an upright page", () => {
  it("comes forward when the ball rolls and goes back after the result was seen", () => {
    expect(at("betting", 10)).toBe(0);
    expect(at("closing", 10)).toBe(0);
    expect(at("spinning", 8_000)).toBe(0);
    expect(at("spinning", 7_000)).toBe(1);
    expect(at("spinning", 0)).toBe(1);
    expect(at("result", 6_000)).toBe(1);
    expect(at("result", 5_000)).toBe(1);
    expect(at("result", 1_000)).toBe(0);
  });

  it("is where the ball is even when the clocks disagree a little", () => {
    expect(at("spinning", 8_400)).toBe(0);
    expect(at("result", -500)).toBe(0);
  });

  it("moves in a straight line between its place and the felt's middle", () => {
    const place = { x: 0, y: 0, width: 100, height: 120 };
    const felt = { x: 0, y: 200, width: 380, height: 500 };
    expect(wheelCircle(place, felt, 0)).toEqual({ x: 50, y: 60, radius: 50 });
    expect(wheelCircle(place, felt, 1)).toMatchObject({ x: 190, y: 450 });
    expect(wheelCircle(place, felt, 0.5)).toMatchObject({ x: 120, y: 255 });
  });
});
