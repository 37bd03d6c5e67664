import { describe, expect, it } from "vitest";
import { stackOf } from "./chipPicture.ts";

describe("a stack of chips", () => {
  it.each([
    [1, [1]],
    [25, [25]],
    [131, [100, 25, 5, 1]],
    [1600, [1000, 500, 100]],
    [99_999, [1000, 1000, 1000, 1000, 1000]],
    [0, []],
  ])("of %i is made of %j", (amount, chips) => {
    expect(stackOf(amount)).toEqual(chips);
  });
});
