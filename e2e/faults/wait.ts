/** Waiting with an end: nothing in a run of faults may hang. */
import { setTimeout as pause } from "node:timers/promises";

/** What a run waited for did not come: a finding, not a failure of the run. */
export class OverdueError extends Error {
  override readonly name = "OverdueError";
}

/** `promise`, or an {@link OverdueError} after `withinMs`. */
export async function inTime<T>(what: string, promise: Promise<T>, withinMs: number): Promise<T> {
  const enough = new AbortController();
  const late = pause(withinMs, null, { signal: enough.signal, ref: true }).then(
    () => Promise.reject(new OverdueError(`${what}: not within ${withinMs} ms`)),
    // Not needed any more.
    () => promise,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    enough.abort();
  }
}
