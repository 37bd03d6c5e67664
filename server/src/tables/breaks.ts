/** What broke at a table since it went well last: when it starts again, and whether its round goes on. */
import { isOfBank, OutcomeUnknownError } from "./store.ts";

/** Between a break and the next start: twice as long each time, until a round was opened. */
const FIRST_MS = 250;
const LONGEST_MS = 60_000;

const BROKE_AGAIN = "The table kept meeting an error of its own and took the round back.";

export class Breaks {
  /** Starts since the last round opened, or the bank was to blame for a break. */
  #starts = 0;
  /** The round in which something broke last. */
  #brokeIn: number | null = null;

  /**
   * Why `round`, in which `error` broke the table, must not go on, where it must not. The books are
   * sound, whatever happened to memory: the round goes on from the database. What breaks again there
   * would break for ever, unless the bank is to blame: no round is better or worse than another for it.
   */
  whyNotOn(round: number, error: unknown): string | undefined {
    if (error instanceof OutcomeUnknownError) {
      this.#starts = 0;
      return undefined;
    }
    if (isOfBank(error)) return undefined;
    const again = this.#brokeIn === round;
    this.#brokeIn = round;
    return again ? BROKE_AGAIN : undefined;
  }

  /** How long to wait before the next start, in milliseconds. */
  nextPauseMs(): number {
    const pauseMs = FIRST_MS * 2 ** Math.min(this.#starts, 16);
    this.#starts += 1;
    return Math.min(pauseMs, LONGEST_MS);
  }

  /** A round was opened. */
  wentWell(): void {
    this.#starts = 0;
  }
}
