/**
 * What a benchmark has open beside itself: databases, servers, programs. All of it is closed also where
 * the benchmark is interrupted: it would run on for nobody, and hold ports, processors and disk.
 */
const open: (() => Promise<void>)[] = [];
/** The benchmark runs on while everything is closed under it, and opens what nobody else would close. */
let isClosing = false;

/**
 * Counts something as open until it is closed. Answers what closes it, once: whoever closes it again
 * waits for the same. Where everything is being closed, it is as well.
 */
export function opened(close: () => Promise<unknown>): () => Promise<void> {
  let closed: Promise<void> | null = null;
  const closeOnce = (): Promise<void> => {
    closed ??= close()
      .then(() => undefined)
      .finally(() => open.splice(open.indexOf(closeOnce), 1));
    return closed;
  };
  open.push(closeOnce);
  if (isClosing) void closeOnce().catch(() => undefined);
  return closeOnce;
}

/** Closes all that is open, what was opened last first; what fails keeps nothing else open. */
async function closeAll(): Promise<void> {
  isClosing = true;
  for (let close = open.at(-1); close !== undefined; close = open.at(-1)) {
    await close().catch(() => undefined);
  }
}

/** From now on a signal closes everything and ends the process. */
export function closeAllOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      // The benchmark finds everything closed under it: that is no news, and must not end it sooner.
      process.on("uncaughtException", () => undefined);
      void closeAll().then(() => process.exit(130));
    });
  }
}
