/** One timer for a table's next moment: most inputs leave it where it is. */
import type { Clock, Timer } from "../platform/clock.ts";

export class Ticker {
  readonly #clock: Clock;
  /** Told the time when a moment has come, by the clock. */
  readonly #tick: (now: number) => void;
  #next: { readonly at: number; readonly timer: Timer } | null = null;

  constructor(clock: Clock, tick: (now: number) => void) {
    this.#clock = clock;
    this.#tick = tick;
  }

  /** The next moment, epoch milliseconds; null: there is none. */
  set(at: number | null): void {
    if (at === (this.#next?.at ?? null)) return;
    this.cancel();
    if (at === null) return;
    const timer = this.#clock.at(at, () => {
      this.#next = null;
      this.#tick(this.#clock.now());
    });
    this.#next = { at, timer };
  }

  cancel(): void {
    this.#next?.timer.cancel();
    this.#next = null;
  }
}
