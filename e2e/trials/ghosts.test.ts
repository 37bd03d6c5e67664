import { expect, it } from "vitest";
import { allRun } from "./ghosts.ts";

const NOW = 1_000_000;
const TABLES = ["one", "two"];

it("takes tables that run for no ghosts", () => {
  const shown = new Map([
    ["one", NOW + 500],
    ["two", NOW - 200],
  ]);
  expect(allRun(TABLES, shown, NOW)).toBe(true);
});

it.each([
  ["nothing is shown", []],
  ["one of them is not shown", [["one", NOW + 500]]],
  [
    "one of them stands still",
    [
      ["one", NOW + 500],
      ["two", NOW - 3_000],
    ],
  ],
] as const)("does not where %s", (_what, shown) => {
  expect(allRun(TABLES, new Map(shown), NOW)).toBe(false);
});
