import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inTurn, soon } from "./slices.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
afterEach(() => vi.useRealTimers());

/** Holds the thread up for so long, as a system call would. */
function work(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Until the pause between two parts is over, and what comes then is done. */
async function pause(): Promise<void> {
  vi.advanceTimersByTime(6);
  await turn();
}

it("does everything once, in order, and what is asked for meanwhile after it", async () => {
  const done: number[] = [];
  soon(() => {
    done.push(1);
    soon(() => done.push(3));
  });
  soon(() => done.push(2));
  expect(done).toEqual([]);
  await turn();
  expect(done).toEqual([1, 2, 3]);
});

it("lets others have their turn between slices", async () => {
  const order: string[] = [];
  for (const act of ["a", "b", "c"]) {
    soon(() => {
      work(5);
      order.push(act);
    });
  }
  await turn();
  order.push("somebody else");
  await turn();
  await turn();
  expect(order[0]).toBe("a");
  expect(order.indexOf("somebody else")).toBeLessThan(order.indexOf("c"));
  expect(order.filter((name) => name.length === 1)).toEqual(["a", "b", "c"]);
});

it("does what somebody waits for before what is for everyone, and never waits for its pauses", async () => {
  const order: string[] = [];
  for (const act of ["patch 1", "patch 2"]) {
    inTurn(() => {
      work(3);
      order.push(act);
    });
  }
  soon(() => order.push("answer 1"));
  await turn();
  expect(order).toEqual(["answer 1", "patch 1"]);
  soon(() => order.push("answer 2"));
  await turn();
  expect(order.slice(2)).toEqual(["answer 2"]);
  await pause();
  expect(order.slice(3)).toEqual(["patch 2"]);
});

it("spreads what is for everyone over sixteen parts, however much it is", async () => {
  let done = 0;
  const parts: number[] = [];
  for (let act = 0; act < 320; act += 1) {
    inTurn(() => {
      work(0.05);
      done += 1;
    });
  }
  await turn();
  parts.push(done);
  while (done < 320) {
    await pause();
    parts.push(done);
  }
  expect(parts.length).toBeLessThanOrEqual(16);
  // A part is worth half a millisecond at least, and more only where there would be too many.
  expect(parts.length).toBeGreaterThan(8);
});

it("sends what is for a few at once", async () => {
  let done = 0;
  for (let act = 0; act < 10; act += 1) inTurn(() => (done += 1));
  await turn();
  expect(done).toBe(10);
});
