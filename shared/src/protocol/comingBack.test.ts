import { describe, expect, it } from "vitest";
import { joinAnewMs, knockApart, knockMs, namedMs } from "./comingBack.ts";

/** Numbers spread evenly over [0, 1), in an order that looks like chance. */
const evenly = (count: number) => {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Array.from({ length: count }, (_, index) => ((index + 0.5) * golden) % 1);
};

const CROWD = 3_000;

/** The most that knock within a tenth of the time that the crowd has, as a share of all. */
function busiestTenth(moments: readonly number[]): number {
  const tenths = Array.from({ length: 10 }, (_, tenth) => 100 + (tenth * CROWD) / 10);
  const counts = tenths.map(
    (from) => moments.filter((at) => at >= from && at <= from + CROWD / 10).length,
  );
  expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(CROWD);
  return Math.max(...counts) / moments.length;
}

describe("the first knock", () => {
  it("of a lone player comes no later than the SDK's", () => {
    expect([0, 0.25, 1].map((random) => knockMs(1, 0, random))).toEqual([100, 150, 200]);
  });

  it("is at a moment of the time that the server named", () => {
    expect([0, 0.25, 1].map((random) => knockMs(1, 3_000, random))).toEqual([100, 1_600, 3_100]);
  });

  it("is spread where the server named nothing", () => {
    expect([0, 0.25, 1].map((random) => knockMs(1, undefined, random))).toEqual([100, 350, 600]);
  });

  it("comes evenly of a crowd that grew: each was told of those who were there already", () => {
    const moments = evenly(CROWD).map((random, others) => knockMs(1, others, random));
    expect(busiestTenth(moments)).toBeLessThan(0.2);
  });

  it("comes evenly enough of a crowd whose members came and went: all were told of all", () => {
    const moments = evenly(CROWD).map((random) => knockMs(1, CROWD, random));
    expect(busiestTenth(moments)).toBeLessThan(0.2);
  });
});

describe("later knocks", () => {
  it("come after pauses that double up to a bound", () => {
    const knocks = [2, 3, 4, 5, 6, 28];
    expect(knocks.map((knock) => knockMs(knock, 0, 1))).toEqual([
      400, 800, 1_600, 3_200, 5_000, 5_000,
    ]);
    expect(knocks.map((knock) => knockMs(knock, 9_000, 0))).toEqual([
      200, 400, 800, 1_600, 2_500, 2_500,
    ]);
  });
});

it("joins a lost room anew within the time that the server named, or a moment", () => {
  expect([0, 0.25, 1].map((random) => joinAnewMs(2_000, random))).toEqual([0, 1_000, 2_000]);
  expect([0, 0.25, 1].map((random) => joinAnewMs(undefined, random))).toEqual([0, 250, 500]);
});

it("takes a time from the server within reason", () => {
  const named = [0, 30, 1e9, -1, Number.NaN, "30", undefined];
  expect(named.map(namedMs)).toEqual([0, 30, 10_000, ...Array(4).fill(undefined)]);
});

it("has the SDK knock for as long as a seat is kept, whatever chance says", () => {
  const reconnection = {
    ...{ minUptime: 5_000, minDelay: 100, maxDelay: 5_000, maxRetries: 15 },
    backoff: () => 0,
  };
  knockApart(
    reconnection,
    () => 0,
    () => 0,
  );
  const { minDelay, maxDelay, maxRetries, backoff } = reconnection as typeof reconnection & {
    backoff: (attempt: number, delay: number) => number;
  };
  const pauses = Array.from({ length: maxRetries }, (_, index) =>
    Math.min(maxDelay, Math.max(minDelay, backoff(index + 1, 100))),
  );
  expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThanOrEqual(60_000);
});
