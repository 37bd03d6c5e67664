import { expect, it } from "vitest";
import { kindOf } from "./setting.ts";

const SEEDS = Array.from({ length: 10_000 }, (_, index) => index + 1);
const HOUSES = SEEDS.map((seed) => kindOf(seed));
const KINDS = Object.keys(kindOf(1)) as (keyof ReturnType<typeof kindOf>)[];
const PAIRS = KINDS.flatMap((one, place) => KINDS.slice(place + 1).map((other) => [one, other]));

it("has houses of any two kinds at once, but none in which players drum and posts queue", () => {
  const never = PAIRS.filter((pair) => {
    return !HOUSES.some((house) => pair.every((kind) => house[kind as keyof typeof house]));
  });
  expect(never).toEqual([["queueing", "drumming"]]);
});

it("has some of each kind in each run, and houses of none", () => {
  for (const kind of KINDS) {
    expect(HOUSES.slice(0, 60).filter((house) => house[kind]).length, kind).toBeGreaterThan(1);
  }
  expect(HOUSES.some((house) => KINDS.every((kind) => !house[kind]))).toBe(true);
});
