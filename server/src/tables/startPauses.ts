/**
 * When a table that could not be started here is tried again: after a pause that doubles. Its lease is
 * given up meanwhile, for whoever can start it; tried at each beat it would fill the log with one
 * reason, and wake up every process that listens for free tables.
 */
import type { Clock } from "../platform/clock.ts";

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

interface Pause {
  readonly ms: number;
  /** Epoch milliseconds. */
  readonly until: number;
}

export class StartPauses {
  readonly #clock: Pick<Clock, "now">;
  readonly #pauses = new Map<string, Pause>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  failed(tableId: string): void {
    const before = this.#pauses.get(tableId)?.ms;
    const ms = before === undefined ? FIRST_MS : Math.min(LONGEST_MS, 2 * before);
    this.#pauses.set(tableId, { ms, until: this.#clock.now() + ms });
  }

  started(tableId: string): void {
    this.#pauses.delete(tableId);
  }

  mayTry(tableId: string): boolean {
    return (this.#pauses.get(tableId)?.until ?? 0) <= this.#clock.now();
  }
}
