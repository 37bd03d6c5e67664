/** This process's share of the tables, from what the last census told; see `sharing.ts`. */
import type { Clock } from "../platform/clock.ts";
import { BEAT_MS } from "./lease.ts";
import type { Census, CensusStore } from "./sharing.ts";
import { tablesToHandOver, tablesToTake } from "./sharing.ts";

/** A table that was free for longer is taken by whoever sees it. */
const OVERDUE_MS = 2 * BEAT_MS;

export interface TableShareOptions {
  readonly store: CensusStore;
  readonly clock: Pick<Clock, "now">;
  readonly tableIds: readonly string[];
  /** Of the tables that run here. */
  readonly players: () => ReadonlyMap<string, number>;
}

export class TableShare {
  readonly #options: TableShareOptions;
  readonly #freeSince = new Map<string, number>();
  #accepts = true;
  #census: Census = { processes: [], tables: [] };

  constructor(options: TableShareOptions) {
    this.#options = options;
  }

  /** Tells of this process, and hears of the others. */
  async look(): Promise<void> {
    const { store, tableIds, players, clock } = this.#options;
    this.#census = await store.census({ accepts: this.#accepts, players: players(), tableIds });
    const now = clock.now();
    for (const { tableId, holder } of this.#census.tables) {
      if (holder !== null) this.#freeSince.delete(tableId);
      else if (!this.#freeSince.has(tableId)) this.#freeSince.set(tableId, now);
    }
  }

  /** From the next look on this process takes nothing more. */
  drain(): void {
    this.#accepts = false;
  }

  /** Whether somebody else would take what this process gives up. */
  get others(): boolean {
    const { holder } = this.#options.store;
    return this.#census.processes.some((one) => one.accepts && one.holder !== holder);
  }

  /** Of the `missing` tables those that are this process's to take now. */
  toTake(missing: readonly string[]): readonly string[] {
    if (!this.#accepts) return [];
    const taken = tablesToTake(this.#options.store.holder, this.#census, this.#overdue());
    return missing.filter((tableId) => taken.includes(tableId));
  }

  /** What this process hands over when the rounds there are over. */
  toHandOver(): readonly string[] {
    return tablesToHandOver(this.#options.store.holder, this.#census);
  }

  #overdue(): ReadonlySet<string> {
    const before = this.#options.clock.now() - OVERDUE_MS;
    const overdue = [...this.#freeSince].filter(([, since]) => since <= before);
    return new Set(overdue.map(([tableId]) => tableId));
  }
}
