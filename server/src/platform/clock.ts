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

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at: (atMs, callback) => {
    const handle = setTimeout(callback, Math.max(0, atMs - Date.now()));
    return { cancel: () => clearTimeout(handle) };
  },
};
