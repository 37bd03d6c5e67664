import { describe, expect, it } from "vitest";
import { median, quantile } from "./measure.ts";

describe("quantiles are values that were measured, by nearest rank", () => {
  it.each([
    [[5], 0.99, 5],
    [[4, 1, 3, 2], 0.5, 2],
    [[4, 1, 3, 2], 0.51, 3],
    [[4, 1, 3, 2], 1, 4],
    [[10, 9, 100], 0.5, 10],
  ])("of %j at %d: %d", (values, share, expected) => {
    expect(quantile(values, share)).toBe(expected);
  });

  it("is not a number for no values", () => {
    expect(median([])).toBeNaN();
  });
});
