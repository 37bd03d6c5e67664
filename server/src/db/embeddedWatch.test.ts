import { describe, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import { nextTurn } from "../platform/turn.ts";
import { ManualClock } from "../testing/manualClock.ts";
import { EmbeddedWatch } from "./embeddedWatch.ts";

const MINUTE_MS = 60_000;

/** A database that ended, and when it was tried to start it, in seconds. */
function ended(start: () => Promise<void>) {
  const clock = new ManualClock(0);
  const tried: number[] = [];
  const watch = new EmbeddedWatch({
    clock,
    log: createLogger("silent"),
    isRunning: async () => false,
    start: () => {
      tried.push(Math.round(clock.now() / 1_000));
      return start();
    },
  });
  const pass = async (ms: number) => {
    for (const until = clock.now() + ms; clock.now() < until; ) {
      clock.advance(250);
      await nextTurn();
    }
  };
  return { watch, tried, pass };
}

describe("the watch over an embedded Postgres", () => {
  it("tries after longer and longer pauses where it does not start", async () => {
    const { tried, pass, watch } = ended(() =>
      Promise.reject(new Error("no space left on device")),
    );
    await pass(2 * MINUTE_MS);
    expect(tried).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    await watch.close();
  });

  it("starts nothing once it is closed, and waits for a start under way", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { tried, pass, watch } = ended(() => promise);
    await pass(1_000);
    let closed = false;
    const closing = watch.close().then(() => {
      closed = true;
    });
    await pass(1_000);
    expect(closed).toBe(false);
    resolve();
    await closing;
    await pass(MINUTE_MS);
    expect(tried).toEqual([0]);
  });
});
