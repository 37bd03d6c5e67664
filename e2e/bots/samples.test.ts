import { describe, expect, it } from "vitest";
import { percentilesOf, Samples, worstOf } from "./samples.ts";

describe("percentiles", () => {
  it("are exact by nearest rank, over all lists together", () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    const all = { p50: 50, p95: 95, p99: 99, max: 100 };
    expect(percentilesOf(samples)).toEqual(all);
    expect(percentilesOf(samples.slice(0, 30), samples.slice(30))).toEqual(all);
  });

  it("are zero without samples", () => {
    expect(percentilesOf()).toEqual({ p50: 0, p95: 0, p99: 0, max: 0 });
  });

  it("are the worst of several, each by itself", () => {
    const one = { p50: 1, p95: 9, p99: 9, max: 10 };
    const other = { p50: 2, p95: 3, p99: 9, max: 11 };
    expect(worstOf([one, other])).toEqual({ p50: 2, p95: 9, p99: 9, max: 11 });
  });
});

describe("samples", () => {
  it("past their bound stay a fair choice of everything seen", () => {
    const samples = new Samples();
    for (let value = 0; value < 2_000_000; value += 1) samples.add(value);
    const { p50 } = percentilesOf(samples.values);
    expect(samples.values).toHaveLength(1_000_000);
    expect(Math.abs(p50 - 1_000_000)).toBeLessThan(20_000);
  });
});
