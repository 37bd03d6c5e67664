/** Waiting, but not for ever. */
import type { Clock } from "./clock.ts";

/** True once `work` is done, however it ended; false where it takes longer than `ms`. */
export function within(work: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = clock.at(clock.now() + ms, () => resolve(false));
  const done = () => {
    timer.cancel();
    resolve(true);
  };
  work.then(done, done);
  return promise;
}
