/**
 * The server's clock as seen from here.
 *
 * Each `time` request yields a sample: the server's time lies somewhere between sending and
 * receiving, most likely in the middle, and the shorter the way the smaller the error (at most half
 * the round trip). So of the last few samples the one with the shortest way is believed.
 */

export interface TimeSample {
  /** Local milliseconds when the request left and when its answer came. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** Server's epoch milliseconds in the answer. */
  readonly serverNow: number;
}

/** Samples remembered: old enough to outlive a slow spell, few enough to follow a drifting clock. */
const SAMPLES_KEPT = 8;

/** What to add to the local clock; `fallback` where nothing was measured yet. */
export function clockOffset(samples: readonly TimeSample[], fallback: number): number {
  let best: TimeSample | undefined;
  for (const sample of samples) {
    if (best === undefined || wayOf(sample) <= wayOf(best)) best = sample;
  }
  if (best === undefined) return fallback;
  return best.serverNow - (best.sentAt + best.receivedAt) / 2;
}

function wayOf({ sentAt, receivedAt }: TimeSample): number {
  return receivedAt - sentAt;
}

export interface ServerClock {
  /** Server's epoch milliseconds, estimated. */
  readonly now: () => number;
  readonly add: (sample: TimeSample) => void;
  /** Forgets what was measured, as after a reconnection to another process. */
  readonly reset: () => void;
}

/** @param localNow a local clock in milliseconds that never jumps; its zero does not matter */
export function createServerClock(localNow: () => number, epochNow: () => number): ServerClock {
  let samples: readonly TimeSample[] = [];
  // Until the server has answered, this device's own idea of the time is the best there is.
  let offset = epochNow() - localNow();
  return {
    now: () => localNow() + offset,
    add: (sample) => {
      samples = [...samples, sample].slice(-SAMPLES_KEPT);
      offset = clockOffset(samples, offset);
    },
    reset: () => {
      samples = [];
    },
  };
}
