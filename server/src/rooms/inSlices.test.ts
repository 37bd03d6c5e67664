import { describe, expect, it } from "vitest";
import { nextTurn } from "../platform/turn.ts";
import { InSlices } from "./inSlices.ts";

/** Slices of two, and what was done in each turn of the event loop so far. */
function slicesOfTwo() {
  const done: number[] = [];
  const slices = new InSlices<number>(2, (item) => done.push(item));
  return { slices, done };
}

describe("work in slices", () => {
  it("does so many in each turn, in their order, and none at once", async () => {
    const { slices, done } = slicesOfTwo();
    for (const item of [1, 2, 3, 4, 5]) slices.add(item);
    const after = [done.length];
    for (let turns = 0; turns < 4; turns += 1) {
      await nextTurn();
      after.push(done.length);
    }
    expect(after).toEqual([0, 2, 4, 5, 5]);
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it("does no more in a turn where some was finished before it", async () => {
    const { slices, done } = slicesOfTwo();
    slices.add(1);
    slices.finish();
    for (const item of [2, 3, 4, 5]) slices.add(item);
    await nextTurn();
    expect(done).toEqual([1, 2, 3]);
  });

  it("does all that waits where it is to finish, each once", async () => {
    const { slices, done } = slicesOfTwo();
    for (const item of [1, 2, 3, 4, 5]) slices.add(item);
    await nextTurn();
    slices.finish();
    expect(done).toEqual([1, 2, 3, 4, 5]);
    slices.add(6);
    await nextTurn();
    await nextTurn();
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
