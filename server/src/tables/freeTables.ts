/**
 * Since when each table is free. One that somebody tries to run, and cannot, is seen with a holder now
 * and then: it counts as free all the while, until it was run for some looks.
 */
import type { Census } from "./sharing.ts";

interface Free {
  /** When it was first seen without a holder. */
  readonly since: number;
  /** For how many looks it has had one again. */
  readonly run: number;
}

export class FreeTables {
  readonly #runLooks: number;
  #free: ReadonlyMap<string, Free> = new Map();

  /** `runLooks`: so many with a holder, one after the other, are no trial. */
  constructor(runLooks: number) {
    this.#runLooks = runLooks;
  }

  saw({ tables }: Census, now: number): void {
    const free = new Map<string, Free>();
    for (const { tableId, holder } of tables) {
      const { since = now, run = this.#runLooks } = this.#free.get(tableId) ?? {};
      if (holder === null) free.set(tableId, { since, run: 0 });
      else if (run + 1 < this.#runLooks) free.set(tableId, { since, run: run + 1 });
    }
    this.#free = free;
  }

  /** Those that were free at `before` already. */
  freeSince(before: number): ReadonlySet<string> {
    return new Set([...this.#free].flatMap(([id, { since }]) => (since <= before ? [id] : [])));
  }
}
