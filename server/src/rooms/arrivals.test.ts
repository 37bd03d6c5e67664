import { beforeEach, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { Arrivals } from "./arrivals.ts";

const SEAT_MS = 10_000;

let clock: ManualClock;
let told: number[];
let neverTold: number[];
let came: number;
let arrivals: Arrivals;
let seats = 0;
beforeEach(() => {
  clock = new ManualClock();
  told = [];
  neverTold = [];
  came = 0;
  arrivals = new Arrivals({
    clock,
    seatMs: SEAT_MS,
    nobodyComes: (missed) => told.push(missed),
    nobodyEverCame: (missed) => neverTold.push(missed),
    somebodyCame: () => {
      came += 1;
    },
  });
});

/** Gives so many seats, a second apart, to people of whom each `every`th comes. */
function give(count: number, every = Number.POSITIVE_INFINITY): void {
  for (let given = 1; given <= count; given += 1) {
    seats += 1;
    arrivals.given(`session ${seats}`);
    if (given % every === 0) arrivals.arrived(`session ${seats}`);
    clock.advance(1_000);
  }
}

it("says once that nobody of many comes", () => {
  give(19);
  expect(told).toEqual([]);
  give(1);
  expect(told).toEqual([10]);
  give(50);
  expect(told).toEqual([10]);
});

it("is content where somebody comes now and then, and says it again where nobody does any more", () => {
  give(100, 9);
  expect(told).toEqual([]);
  give(30);
  give(10, 1);
  give(30);
  expect(told).toEqual([10, 10]);
});

it("gives each the time that a seat waits", () => {
  for (let seat = 0; seat < 15; seat += 1) arrivals.given(`slow ${seat}`);
  clock.advance(SEAT_MS - 1);
  for (let seat = 0; seat < 15; seat += 1) arrivals.arrived(`slow ${seat}`);
  clock.advance(SEAT_MS);
  give(1);
  expect(told).toEqual([]);
});

it("says of a few, and of each few more, that nobody has ever come", () => {
  give(12);
  expect(neverTold).toEqual([]);
  give(6);
  expect(neverTold).toEqual([3, 6]);
});

it("says so of nobody once somebody came, which it tells that one time", () => {
  give(12);
  give(1, 1);
  expect(came).toBe(1);
  give(30);
  give(2, 1);
  expect([neverTold, came]).toEqual([[3], 1]);
});

it("does not miss those whose seats were taken back", () => {
  for (let seat = 0; seat < 40; seat += 1) {
    arrivals.given(`moved ${seat}`);
    arrivals.forget(`moved ${seat}`);
  }
  clock.advance(2 * SEAT_MS);
  give(1);
  expect(neverTold).toEqual([]);
  expect(told).toEqual([]);
});
