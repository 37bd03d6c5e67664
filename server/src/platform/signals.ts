/** How the process ends: by a signal, or by a bug that no table could hold. */
import type { Clock } from "./clock.ts";
import type { Logger } from "./log.ts";
import { within } from "./within.ts";

/** What the process is there for, once it is open. */
interface Stoppable {
  /** @param until epoch milliseconds, by which it is over */
  stop(until: number): Promise<void>;
}

interface StopOptions {
  /** The longest that it takes from the signal to the end. */
  readonly mostMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * A first signal closes everything and ends with 0; a second one ends at once. A signal that comes
 * while the house is being opened waits until there is a whole house to close, where that is in time.
 *
 * @returns whether a signal has come
 */
export function stopOnSignals(
  opening: Promise<Stoppable>,
  { mostMs, clock, log }: StopOptions,
): () => boolean {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    stopping = true;
    const until = clock.now() + mostMs;
    for (const again of ["SIGINT", "SIGTERM"] as const) {
      process.removeAllListeners(again).once(again, () => process.exit(130));
    }
    log.info({ signal }, "closing");
    if (await within(opening, mostMs, clock)) {
      const house = await opening.catch(() => null);
      // A house that did not open has closed what it had opened, and said why.
      if (house === null) return;
      await house.stop(until);
    } else log.error("closing before all was open: that takes too long");
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => void stop(signal));
  }
  return () => stopping;
}

/** Nothing in memory is believed any more; the next start goes on from the database. */
export function endOnBugs(log: Logger): void {
  const broken = (error: unknown) => {
    log.fatal({ err: error }, "a bug outside of any table; ending the process");
    process.exit(1);
  };
  process.on("uncaughtException", broken);
  process.on("unhandledRejection", broken);
}
