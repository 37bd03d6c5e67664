import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { Moves } from "./moves.ts";

let clock: ManualClock;
let moves: Moves;
beforeEach(() => {
  clock = new ManualClock(0);
  moves = new Moves(clock);
});

/** Lets promises that are settled run their consequences. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

async function pass(elapsedMs: number): Promise<void> {
  clock.advance(elapsedMs);
  await settle();
}

/** Asks for their end now; answers whether it has come. */
function watchEnd(until = 60_000): () => boolean {
  let over = false;
  void moves.over(until).then(() => {
    over = true;
  });
  return () => over;
}

describe("moves", () => {
  it("are over at once where nobody was sent off", async () => {
    moves.add(Promise.resolve(0));
    await settle();
    const isOver = watchEnd();
    await settle();
    expect(isOver()).toBe(true);
  });

  it("are over two seconds after the last goodbye of all rooms", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    moves.add(Promise.resolve(3));
    moves.add(promise);
    await settle();
    const isOver = watchEnd();
    await pass(5_000);
    expect(isOver()).toBe(false);
    resolve(1);
    await settle();
    await pass(1_999);
    expect(isOver()).toBe(false);
    await pass(1);
    expect(isOver()).toBe(true);
  });

  it("of long ago keep nobody", async () => {
    moves.add(Promise.resolve(3));
    await settle();
    clock.advance(2_000);
    const isOver = watchEnd();
    await settle();
    expect(isOver()).toBe(true);
  });

  it("are waited for until the time that there is", async () => {
    moves.add(Promise.resolve(3));
    await settle();
    const isOver = watchEnd(1_000);
    await pass(999);
    expect(isOver()).toBe(false);
    await pass(1);
    expect(isOver()).toBe(true);
  });
});
