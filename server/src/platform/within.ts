/** Waiting, but not for ever. */
import type { Clock } from "./clock.ts";

/**
 * The end of a wait, during which this process runs. Where it stood still before, timers are late and fire
 * first: an answer may be there and unread, or the question not even sent.
 */
const LOOKS_MS = 100;

/**
 * True once `work` is done, however it ended; false where it takes longer than `ms`. What comes while the
 * process stands still counts as in time, so that nobody is taken for gone by one that was itself away.
 */
export function within(work: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const looksMs = Math.max(0, Math.min(LOOKS_MS, ms));
  let timer = clock.at(clock.now() + ms - looksMs, () => {
    timer = clock.at(clock.now() + looksMs, () => resolve(false));
  });
  const done = () => {
    timer.cancel();
    resolve(true);
  };
  work.then(done, done);
  return promise;
}
