/** A clock that goes only when told. */
import type { Clock, Timer } from "../platform/clock.ts";

export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  at(atMs: number, callback: () => void): Timer {
    const timer = { atMs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Goes on to the next timer and fires it; false where none is set. */
  next(): boolean {
    const timer = [...this.#timers].sort((left, right) => left.atMs - right.atMs)[0];
    if (timer === undefined) return false;
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.atMs);
    timer.callback();
    return true;
  }

  /** Goes on by `elapsedMs`, firing what is due on the way. */
  advance(elapsedMs: number): void {
    const until = this.#now + elapsedMs;
    for (;;) {
      const due = [...this.#timers].some(({ atMs }) => atMs <= until);
      if (!due || !this.next()) break;
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Goes on by `elapsedMs` in which nothing ran: what was due on the way fires late. */
  standStill(elapsedMs: number): void {
    this.#now += elapsedMs;
    this.advance(0);
  }
}

/** The time of `clock`, by which nothing ever happens: for what acts only when a test says so. */
export const withoutTimers = (clock: Pick<Clock, "now">): Clock => ({
  now: () => clock.now(),
  at: () => ({ cancel: () => undefined }),
});
