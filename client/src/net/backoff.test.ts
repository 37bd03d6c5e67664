import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

describe("pauses between attempts", () => {
  it("double up to a bound", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 50, 5_000].map((count) => backoffMs(count, 1))).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000,
    ]);
  });

  it("differ between clients by up to half", () => {
    expect(backoffMs(3, 0)).toBe(500);
    expect(backoffMs(3, 0.5)).toBe(750);
  });
});
