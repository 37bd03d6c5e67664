import { expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { Ticker } from "./ticker.ts";

it("ticks at the moment that was set last, once, and not after it was cancelled", () => {
  const clock = new ManualClock(1_000);
  const ticks: number[] = [];
  const ticker = new Ticker(clock, (now) => ticks.push(now));
  ticker.set(1_200);
  ticker.set(1_100);
  clock.advance(500);
  expect(ticks).toEqual([1_100]);
  ticker.set(1_600);
  ticker.cancel();
  clock.advance(500);
  ticker.set(2_100);
  ticker.set(null);
  clock.advance(500);
  expect(ticks).toEqual([1_100]);
});

it("leaves its timer where it is while the moment is the same, and can be set from within a tick", () => {
  const clock = new ManualClock(1_000);
  let timers = 0;
  const ticks: number[] = [];
  const counting = {
    now: () => clock.now(),
    at: (atMs: number, callback: () => void) => {
      timers += 1;
      return clock.at(atMs, callback);
    },
  };
  const ticker = new Ticker(counting, (now) => {
    ticks.push(now);
    if (ticks.length === 1) ticker.set(1_100);
  });
  ticker.set(1_050);
  ticker.set(1_050);
  expect(timers).toBe(1);
  clock.advance(500);
  expect(ticks).toEqual([1_050, 1_100]);
  expect(timers).toBe(2);
});
