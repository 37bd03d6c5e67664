import { expect, it } from "vitest";
import type { Mark, RoundRange } from "./leaderBooks.ts";
import { BEGINNING, rangesBetween } from "./leaderBooks.ts";

const TABLES = ["one", "two", "three"];

/** A house that finishes rounds and tells of them, in any order: `choose(n)` is one of 0…n-1. */
function* marksOf(choose: (count: number) => number): Generator<[Mark, ReadonlySet<string>]> {
  const lastRounds: Record<string, number> = {};
  const untold: (readonly [string, number])[] = [];
  const told = new Set<string>();
  for (let turn = 0; turn < 60; turn += 1) {
    const tableId = TABLES[choose(TABLES.length)] ?? "";
    if (choose(2) === 0) {
      const round = (lastRounds[tableId] ?? 0) + 1;
      lastRounds[tableId] = round;
      untold.push([tableId, round]);
    } else {
      const [placed] = untold.splice(choose(untold.length), 1);
      if (placed !== undefined) told.add(placed.join(" "));
    }
    const mark = { seq: told.size, lastRounds: { ...lastRounds }, untold: [...untold] };
    if (choose(5) === 0) yield [mark, new Set(told)];
  }
}

function roundsIn({ tableId, after, last, without }: RoundRange): string[] {
  return Array.from({ length: last - after }, (_, at) => after + 1 + at)
    .filter((round) => !without.includes(round))
    .map((round) => `${tableId} ${round}`);
}

it("ranges from mark to mark have each round once, and once it has its place", () => {
  let state = 1;
  const choose = (count: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * count);
  };
  for (let history = 0; history < 200; history += 1) {
    let from = BEGINNING;
    const read: string[] = [];
    for (const [to, told] of marksOf(choose)) {
      read.push(...rangesBetween(from, to).flatMap(roundsIn));
      expect(read.toSorted()).toEqual([...told].toSorted());
      from = to;
    }
  }
});

it("there are no ranges between a mark and itself", () => {
  const mark = { seq: 3, lastRounds: { one: 4, two: 7 }, untold: [["one", 4] as const] };
  expect(rangesBetween(mark, mark)).toEqual([]);
});
