import { beforeEach, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { Arrivals } from "./arrivals.ts";

const SEAT_MS = 10_000;

let clock: ManualClock;
let told: number[];
let arrivals: Arrivals;
let seats = 0;
beforeEach(() => {
  clock = new ManualClock();
  told = [];
  const nobodyComes = (missed: number) => told.push(missed);
  arrivals = new Arrivals({ clock, seatMs: SEAT_MS, nobodyComes });
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
