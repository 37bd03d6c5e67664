/**
 * How soon a house helps itself where nothing keeps it from doing so: play goes on within 3 s of the
 * bank's return, and who dies is replaced within 5 s, as long as another process is there. Whatever
 * the surroundings do to a process or to the bank meanwhile excuses it.
 */
import { check } from "./terms.ts";

const GOES_ON_MS = 3_000;
const TAKEN_OVER_MS = 5_000;

export interface DeadlinesOptions {
  /** True time. */
  readonly now: () => number;
  /** Looks in so many milliseconds; what `look` complains of ends the run. */
  readonly lookIn: (delayMs: number, look: () => void) => void;
  /** The phase that a process shows of a table; null where it has not begun there. */
  readonly shownBy: (holder: string, tableId: string) => string | null;
  readonly seen: (what: string) => void;
}

interface Taken {
  /** Null once it has given the table up, or is dead. */
  readonly holder: string | null;
  readonly at: number;
}

export class Deadlines {
  readonly #options: DeadlinesOptions;
  /** Since when nothing keeps the bank: of the future while something does. */
  #bankWellFrom = 0;
  /** The same of each process that would take tables. */
  readonly #wellFrom = new Map<string, number>();
  readonly #asleep = new Set<string>();
  /** The last lease of each table. */
  readonly #taken = new Map<string, Taken>();

  constructor(options: DeadlinesOptions) {
    this.#options = options;
  }

  /** A process begins. */
  began(process: string): void {
    this.#wellFrom.set(process, this.#options.now());
  }

  fellAsleep(process: string): void {
    this.#asleep.add(process);
  }

  woke(process: string): void {
    this.#asleep.delete(process);
    this.hindered(process);
  }

  /** Something keeps the process, for so long from now on. */
  hindered(process: string, forMs = 0): void {
    const before = this.#wellFrom.get(process);
    if (before === undefined) return;
    this.#wellFrom.set(process, Math.max(before, this.#options.now() + forMs));
  }

  /** The process takes nothing any more. */
  leaves(process: string): void {
    this.#wellFrom.delete(process);
  }

  /** The process is dead: what it ran is free. */
  died(process: string): void {
    this.leaves(process);
    for (const [tableId, { holder }] of this.#taken) if (holder === process) this.freed(tableId);
  }

  /** A process has the table from now on. */
  leased(tableId: string, holder: string): void {
    this.#taken.set(tableId, { holder, at: this.#options.now() });
  }

  /** Nobody has the table. */
  freed(tableId: string): void {
    const { now, lookIn, seen } = this.#options;
    const before = this.#taken.get(tableId);
    if (before === undefined) return;
    const freed = { ...before, holder: null };
    this.#taken.set(tableId, freed);
    const from = now();
    lookIn(TAKEN_OVER_MS, () => {
      const taker = [...this.#wellFrom.keys()].find((process) => this.#isWell(process, from));
      if (taker === undefined || this.#bankWellFrom > from) return;
      seen("seen: takeover that was due");
      const isTaken = this.#taken.get(tableId) !== freed;
      check(isTaken, () => `nobody takes ${tableId} over, and ${taker} is there`);
    });
  }

  /** The bank is away, or slow: until `bankIsBack`. */
  bankIsKept(): void {
    this.#bankWellFrom = Number.POSITIVE_INFINITY;
  }

  /** The bank is there again; what it was asked before may take `forMs` yet. */
  bankIsBack(forMs = 0): void {
    const { now, lookIn } = this.#options;
    const from = now() + forMs;
    this.#bankWellFrom = from;
    lookIn(forMs + GOES_ON_MS, () => {
      if (this.#bankWellFrom !== from) return;
      for (const [tableId, taken] of this.#taken) this.#goesOn(tableId, taken, from);
    });
  }

  /** What was hindered, or changed hands, since `from` is excused. */
  #goesOn(tableId: string, { holder, at }: Taken, from: number): void {
    const { shownBy, seen } = this.#options;
    if (holder === null || at > from || !this.#isWell(holder, from)) return;
    seen("seen: play that had to go on");
    const shown = shownBy(holder, tableId);
    const where = () => `${holder}: ${GOES_ON_MS} ms after the bank's return ${tableId}`;
    check(shown !== null && shown !== "paused", () => `${where()} is ${shown ?? "not open"}`);
  }

  /** Whether nothing has kept the process since `from`. */
  #isWell(process: string, from: number): boolean {
    const wellFrom = this.#wellFrom.get(process);
    return wellFrom !== undefined && wellFrom <= from && !this.#asleep.has(process);
  }
}
