/**
 * Whether those who got a seat here arrive. Clients reach a process at its `PUBLIC_ADDRESS`; where that
 * leads nowhere, or to somebody else, nothing ever happens here that could tell, except that nobody
 * comes.
 */
import type { Clock } from "../platform/clock.ts";

/** So many in a row are no coincidence. */
const MANY = 10;

export interface ArrivalsOptions {
  readonly clock: Pick<Clock, "now">;
  /** How long a seat waits for whoever got it. */
  readonly seatMs: number;
  /** Many in a row have not come; told once, until somebody does. */
  readonly nobodyComes: (seats: number) => void;
}

export class Arrivals {
  readonly #options: ArrivalsOptions;
  /** Until when each seat waits, in the order in which they were given. */
  readonly #waiting = new Map<string, number>();
  #missed = 0;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  given(sessionId: string): void {
    const { clock, seatMs, nobodyComes } = this.#options;
    const now = clock.now();
    const before = this.#missed;
    for (const [waiting, until] of this.#waiting) {
      if (until > now) break;
      this.#waiting.delete(waiting);
      this.#missed += 1;
    }
    this.#waiting.set(sessionId, now + seatMs);
    if (before < MANY && this.#missed >= MANY) nobodyComes(this.#missed);
  }

  arrived(sessionId: string): void {
    if (this.#waiting.delete(sessionId)) this.#missed = 0;
  }
}
