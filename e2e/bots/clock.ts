/** Wall-clock times with fractions, and the server's clock seen from here. */

/** Epoch milliseconds with fractions, comparable between the threads of this process. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * The difference to the server's clock, from the `time` request that came back quickest: half its
 * round trip bounds the error.
 */
export class ServerClock {
  #offsetMs = 0;
  #bestTripMs = Number.POSITIVE_INFINITY;

  /** Takes in an answer of the server; times in epoch milliseconds. */
  sample(sentAt: number, answeredAt: number, serverNow: number): void {
    const tripMs = answeredAt - sentAt;
    if (tripMs >= this.#bestTripMs) return;
    this.#bestTripMs = tripMs;
    this.#offsetMs = serverNow - (sentAt + answeredAt) / 2;
  }

  /** The local time at which the server's clock shows `serverMs`. */
  toLocal(serverMs: number): number {
    return serverMs - this.#offsetMs;
  }
}
