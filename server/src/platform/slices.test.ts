import { expect, it } from "vitest";
import { inTurn, soon } from "./slices.ts";

/** Holds the thread up for so long, as a system call would. */
function work(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

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

it("does what somebody waits for before what is for everyone, and some of that in each slice", async () => {
  const order: string[] = [];
  for (const act of ["patch 1", "patch 2", "patch 3"]) {
    inTurn(() => {
      work(3);
      order.push(act);
    });
  }
  soon(() => order.push("answer 1"));
  await turn();
  expect(order).toEqual(["answer 1", "patch 1"]);
  soon(() => {
    work(5);
    order.push("answer 2");
  });
  soon(() => order.push("answer 3"));
  await turn();
  expect(order.slice(2)).toEqual(["answer 2", "patch 2"]);
  await turn();
  await turn();
  expect(order.slice(4)).toEqual(["answer 3", "patch 3"]);
});
