/**
 * Whether those who got a seat here arrive. Clients reach a process at its `PUBLIC_ADDRESS`; where that
 * leads nowhere, or to somebody else, nothing ever happens here that could tell, except that nobody
 * comes.
 */
import type { Clock } from "../platform/clock.ts";

/** So many in a row are no coincidence. */
const MANY = 10;
/** Where nobody has ever come, so many say as much. */
const FEW = 3;

export interface ArrivalsOptions {
  readonly clock: Pick<Clock, "now">;
  /** How long a seat waits for whoever got it. */
  readonly seatMs: number;
  /** Many in a row have not come; told once, until somebody does. */
  readonly nobodyComes: (seats: number) => void;
  /** Nobody has ever come, and so many should have; told again for as many more. */
  readonly nobodyEverCame: (seats: number) => void;
  /** For the first time. */
  readonly somebodyCame: () => void;
}

export class Arrivals {
  readonly #options: ArrivalsOptions;
  /** Until when each seat waits, in the order in which they were given. */
  readonly #waiting = new Map<string, number>();
  #missed = 0;
  #everCame = false;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  given(sessionId: string): void {
    const { clock, seatMs, nobodyComes, nobodyEverCame } = this.#options;
    const now = clock.now();
    const before = this.#missed;
    for (const [waiting, until] of this.#waiting) {
      if (until > now) break;
      this.#waiting.delete(waiting);
      this.#missed += 1;
    }
    this.#waiting.set(sessionId, now + seatMs);
    const isMore = Math.floor(this.#missed / FEW) > Math.floor(before / FEW);
    if (isMore && !this.#everCame) nobodyEverCame(this.#missed);
    if (before < MANY && this.#missed >= MANY) nobodyComes(this.#missed);
  }

  /** The seat was taken back: nobody can come to it. */
  forget(sessionId: string): void {
    this.#waiting.delete(sessionId);
  }

  arrived(sessionId: string): void {
    if (!this.#waiting.delete(sessionId)) return;
    this.#missed = 0;
    if (this.#everCame) return;
    this.#everCame = true;
    this.#options.somebodyCame();
  }
}
