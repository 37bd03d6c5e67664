/** How the process ends: by a signal, or by a bug that no table could hold. */
import type { Logger } from "./log.ts";

/** What the process is there for, once it is open. */
interface Stoppable {
  stop(): Promise<void>;
}

/**
 * A first signal closes everything and ends with 0; a second one ends at once. A signal that comes
 * while the house is being opened waits until there is a whole house to close.
 *
 * @returns whether a signal has come
 */
export function stopOnSignals(opening: Promise<Stoppable>, log: Logger): () => boolean {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    stopping = true;
    for (const again of ["SIGINT", "SIGTERM"] as const) {
      process.removeAllListeners(again).once(again, () => process.exit(130));
    }
    log.info({ signal }, "closing");
    const house = await opening.catch(() => null);
    // A house that did not open has closed what it had opened, and said why.
    if (house === null) return;
    await house.stop();
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
