import { expect, it } from "vitest";
import { costsByThirds } from "./massCut.ts";

it("tells what a return costs while few are back, and while most are", () => {
  // A return each millisecond; the last third of them costs twice as much.
  const news = Array.from({ length: 31 }, (_, index) => ({
    at: 10 * index,
    inside: 10 * index,
    entries: 500 + 10 * index,
    anew: 0,
  }));
  const samples = news.map(({ at }) => ({ at, cpuMs: 7_000 + at + Math.max(0, at - 200) }));
  expect(costsByThirds(news, samples, 0)).toEqual([1, 1, 2]);
  expect(costsByThirds(news, samples, 0.5)).toEqual([0.5, 0.5, 1.5]);
  expect(costsByThirds([], samples, 0)).toEqual([]);
});
