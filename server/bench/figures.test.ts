import { expect, it } from "vitest";
import type { Bar, Benchmark } from "./figures.ts";
import { linesOf, verdictOf } from "./figures.ts";

const bar = (value: number, goal: Partial<Bar>): Bar => ({
  name: "it",
  value,
  unit: "ms",
  ...goal,
});
const benchmark = (...bars: readonly Bar[]): Benchmark => ({ title: "A test", figures: [], bars });

it("says which bar is missed, and by what it is held", () => {
  const lines = linesOf(benchmark(bar(20, { atMost: 20 }), bar(7.5, { atLeast: 8 })));
  expect(lines).toContain("  met    it: 20 ms (at most 20)\n");
  expect(lines).toContain("  MISSED it: 7.5 ms (at least 8)\n");
});

const met = benchmark(bar(9, { atLeast: 8 }));

it.each([
  [[met, benchmark(bar(20, { atMost: 20 }))], { line: "2 of 2 bars met", code: 0 }],
  [[met, benchmark(bar(21, { atMost: 20 }))], { line: "1 of 2 bars met", code: 1 }],
  [[benchmark(bar(Number.NaN, { atMost: 20 }))], { line: "0 of 1 bars met", code: 1 }],
  [[benchmark()], { line: "0 of 0 bars met", code: 0 }],
])("ends by what was met, and fails where a bar was missed or not measured: %#", (run, verdict) => {
  expect(verdictOf(run)).toEqual(verdict);
});
