/** The only source of time. Tests step a {@link Clock} of their own. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once, not before `atMs` (epoch milliseconds). */
  at(atMs: number, callback: () => void): Timer;
}

/** Timers of the runtime fire at once where they are asked to wait longer than this. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * A time that never goes back: it follows `wallMs` wherever that goes forward, and goes on at the
 * pace of `monotonicMs` where an admin or a time server sets the wall clock back.
 *
 * @param wallMs epoch milliseconds, which may jump
 * @param monotonicMs milliseconds since whenever, which never go back
 */
export function steadyTime(wallMs: () => number, monotonicMs: () => number): () => number {
  // Both with fractions: rounded ones would add up to a clock that is fast or slow.
  let told = wallMs();
  let toldAt = monotonicMs();
  return () => {
    const at = monotonicMs();
    told = Math.max(wallMs(), told + (at - toldAt));
    toldAt = at;
    return Math.floor(told);
  };
}

const now = steadyTime(
  () => Date.now(),
  () => performance.now(),
);

/** The machine's clock, as long as that goes forward. */
export const systemClock: Clock = {
  now,
  at: (atMs, callback) => {
    let handle: NodeJS.Timeout;
    const wait = (): void => {
      const leftMs = Math.min(LONGEST_WAIT_MS, Math.max(0, atMs - now()));
      // The runtime counts by another clock and may be early by a little.
      handle = setTimeout(() => (now() < atMs ? wait() : callback()), leftMs);
    };
    wait();
    return { cancel: () => clearTimeout(handle) };
  },
};
