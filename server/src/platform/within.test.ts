import { expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { nextTurn } from "./turn.ts";
import { within } from "./within.ts";

const MOST_MS = 500;

/** Something that is waited for, and how the waiting ended so far. */
function waiting(mostMs = MOST_MS) {
  const clock = new ManualClock();
  const work = Promise.withResolvers<string>();
  let outcome: boolean | null = null;
  void within(work.promise, mostMs, clock).then((done) => {
    outcome = done;
  });
  const soFar = async () => {
    await nextTurn();
    return outcome;
  };
  return { clock, work, soFar };
}

it("ends with the work, however that ends", async () => {
  const sound = waiting();
  sound.work.resolve("done");
  expect(await sound.soFar()).toBe(true);
  const failing = waiting();
  failing.work.reject(new RangeError("no"));
  expect(await failing.soFar()).toBe(true);
});

it.each([[MOST_MS], [40], [0]])("ends after %d ms, and not before", async (mostMs) => {
  const { clock, soFar } = waiting(mostMs);
  if (mostMs > 0) {
    clock.advance(mostMs - 1);
    expect(await soFar()).toBeNull();
  }
  clock.advance(1);
  expect(await soFar()).toBe(false);
});

it("does not last for ever where there was no time at all", async () => {
  const { clock, soFar } = waiting(-1_000);
  clock.advance(0);
  expect(await soFar()).toBe(false);
});

it("takes what came while the process stood still, and had yet to be read", async () => {
  const { clock, work, soFar } = waiting();
  clock.standStill(MOST_MS + 200);
  expect(await soFar()).toBeNull();
  work.resolve("an answer that is read with the next turn");
  expect(await soFar()).toBe(true);
});

it("ends soon after the process stood still where nothing came", async () => {
  const { clock, soFar } = waiting();
  clock.standStill(60_000);
  clock.advance(100);
  expect(await soFar()).toBe(false);
});
