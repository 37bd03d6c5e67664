import { expect, it } from "vitest";
import { patchPauseMs } from "./patchRate.ts";

it("shows a few players ten patches a second, and a crowd two", () => {
  const pauses = [0, 100, 101, 300, 700, 701, 5_000].map(patchPauseMs);
  expect(pauses).toEqual([100, 100, 200, 200, 350, 500, 500]);
});
