/** The places of a simulated house's processes, and who is in them: one dies, and another comes. */
import type { SimulatedProcess } from "./process.ts";

export class Places {
  /** Begins the next process. */
  readonly #begin: () => SimulatedProcess;
  readonly #taken: (SimulatedProcess | null)[] = [];
  /** Being stopped in good order: there until they are gone, and their places are free already. */
  readonly #leaving = new Set<SimulatedProcess>();

  constructor(begin: () => SimulatedProcess) {
    this.#begin = begin;
  }

  get count(): number {
    return this.#taken.length;
  }

  /** Everyone who is there. */
  get all(): readonly SimulatedProcess[] {
    return [...this.#taken.filter((process) => process !== null), ...this.#leaving];
  }

  at(place: number): SimulatedProcess | null {
    return this.#taken[place] ?? null;
  }

  find(is: (process: SimulatedProcess) => boolean): SimulatedProcess | null {
    for (const process of this.#taken) if (process !== null && is(process)) return process;
    for (const process of this.#leaving) if (is(process)) return process;
    return null;
  }

  /** A new process takes the place. */
  fill(place: number): void {
    const process = this.#begin();
    this.#taken[place] = process;
    // What keeps a table from opening is found by those who watch; the house is tried again.
    process.tables.open().catch(() => undefined);
  }

  /** Frees the process's place and answers which it was; null for one that was leaving. */
  free(process: SimulatedProcess): number | null {
    const place = this.#taken.indexOf(process);
    if (place === -1) return null;
    this.#taken[place] = null;
    return place;
  }

  /** It hands over, as long as its patience lasts; it may fall asleep or die meanwhile. */
  async leave(process: SimulatedProcess, patienceMs: number): Promise<void> {
    this.#leaving.add(process);
    await process.leave(patienceMs);
    this.#leaving.delete(process);
  }
}
