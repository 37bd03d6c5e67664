import { beforeEach, describe, expect, it } from "vitest";
import { nextTurn } from "../platform/turn.ts";
import { ManualClock } from "../testing/manualClock.ts";
import type { HttpHandler } from "./edge.ts";
import { UnderWay } from "./underWay.ts";

let clock: ManualClock;
let requests: UnderWay;
let answer: () => void;
let ask: () => void;
beforeEach(() => {
  clock = new ManualClock(0);
  requests = new UnderWay(clock);
  const answering = Promise.withResolvers<Response>();
  answer = () => answering.resolve(new Response());
  const handle = requests.counted((() => answering.promise) as HttpHandler);
  ask = () => void handle(...([] as unknown as Parameters<HttpHandler>));
});

/** Waits for their end from now on; answers whether it has come, when everything due has run. */
function watchEnd(until: number): () => Promise<boolean> {
  let over = false;
  void requests.over(until).then(() => {
    over = true;
  });
  return async () => {
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
    return over;
  };
}

describe("requests under way", () => {
  it("are over where there are none", async () => {
    expect(await watchEnd(10_000)()).toBe(true);
  });

  it("are over once they are answered", async () => {
    ask();
    const isOver = watchEnd(10_000);
    expect(await isOver()).toBe(false);
    answer();
    expect(await isOver()).toBe(true);
  });

  it("are waited for two seconds", async () => {
    ask();
    const isOver = watchEnd(10_000);
    clock.advance(1_999);
    expect(await isOver()).toBe(false);
    clock.advance(1);
    expect(await isOver()).toBe(true);
  });

  it("are waited for no longer than there is time", async () => {
    ask();
    const isOver = watchEnd(500);
    clock.advance(500);
    expect(await isOver()).toBe(true);
  });
});
