/** This process's share of the tables, from what the last census told; see `sharing.ts`. */
import type { Clock } from "../platform/clock.ts";
import { FreeTables } from "./freeTables.ts";
import { BEAT_MS, LEASE_MS } from "./lease.ts";
import type { Census, CensusStore, SharedTable } from "./sharing.ts";
import { receiverOf, tablesToHandOver, tablesToTake } from "./sharing.ts";

/** A table that was free for longer is taken by whoever sees it. */
const OVERDUE_MS = 2 * BEAT_MS;
/** One that was free for longer than this can be run by nobody: the others are shared without it. */
const BROKEN_MS = LEASE_MS;
/** Players who pour in, or out, are not followed at once: the same has to be right for so many looks. */
export const STEADY_LOOKS = 3;

export interface TableShareOptions {
  readonly store: CensusStore;
  readonly clock: Pick<Clock, "now">;
  readonly tableIds: readonly string[];
  /** Of the tables that run here. */
  readonly players: () => ReadonlyMap<string, number>;
  /** Where others are. */
  readonly startsAside?: boolean;
}

export class TableShare {
  readonly #options: TableShareOptions;
  readonly #free = new FreeTables(STEADY_LOOKS);
  /** For how many looks each table was one to hand over. */
  #excess: ReadonlyMap<string, number> = new Map();
  /** Tables that were offered since the last look, and to whom. */
  readonly #offers = new Map<string, string>();
  #draining = false;
  #aside: boolean;
  /** For good: another process has this one's public address. */
  #replaced = false;
  #census: Census = { processes: [], tables: [] };
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: TableShareOptions) {
    this.#options = options;
    this.#aside = options.startsAside === true;
  }

  /** Tells of this process, and hears of the others. */
  async look(): Promise<void> {
    const { store, clock } = this.#options;
    await this.#tell();
    if (this.#census.replaced === true) {
      this.#replaced = true;
      this.#aside = true;
    }
    // A table that may not be reached is better than one that nobody runs.
    if (this.#aside && !this.others) {
      this.#aside = false;
      await this.#tell();
    }
    this.#offers.clear();
    this.#lookedAt = clock.now();
    this.#free.saw(this.#census, this.#lookedAt);
    const excess = tablesToHandOver(store.holder, this.#withoutBroken());
    this.#excess = new Map(excess.map((id) => [id, (this.#excess.get(id) ?? 0) + 1]));
  }

  async #tell(): Promise<void> {
    const { store, tableIds, players } = this.#options;
    this.#census = await store.census({ accepts: this.#accepts, players: players(), tableIds });
  }

  /** From the next look on this process takes nothing more. */
  drain(): void {
    this.#draining = true;
  }

  /**
   * From the next look on this process takes nothing, and hands over what it has, for as long as there
   * are others. Answers whether there are.
   */
  standAside(): boolean {
    this.#aside = this.others;
    return this.#aside;
  }

  /** It takes its part again, from the next look on; not where another process is in its place. */
  comeBack(): void {
    if (!this.#replaced) this.#aside = false;
  }

  get isAside(): boolean {
    return this.#aside;
  }

  get #accepts(): boolean {
    return !this.#draining && !this.#aside;
  }

  /** Whether somebody else would take what this process gives up. */
  get others(): boolean {
    const { holder } = this.#options.store;
    return this.#census.processes.some((one) => one.accepts && one.holder !== holder);
  }

  /** Whether another process runs the table or, as far as is known, would. */
  isOthers(tableId: string): boolean {
    const { tables, known } = this.#census;
    const { holder: self } = this.#options.store;
    const runs = ({ holder }: SharedTable) => holder !== null && holder !== self;
    return (
      known?.has(tableId) === true || tables.some((one) => one.tableId === tableId && runs(one))
    );
  }

  /** The players at a table that another process runs; null where none is known to, by a fresh look. */
  playersElsewhere(tableId: string): number | null {
    const { store, clock } = this.#options;
    if (clock.now() - this.#lookedAt > LEASE_MS) return null;
    const table = this.#census.tables.find((one) => one.tableId === tableId);
    const holder = table?.holder ?? null;
    return table === undefined || holder === null || holder === store.holder ? null : table.players;
  }

  /**
   * Of the `missing` tables those that are this process's to take now. One that it has already by the
   * census is among them: the answer that gave it was lost, and nobody else may take it.
   */
  toTake(missing: readonly string[]): readonly string[] {
    if (!this.#accepts) return [];
    const { holder: self } = this.#options.store;
    const taken = new Set(tablesToTake(self, this.#census, this.#overdue()));
    for (const { tableId, holder } of this.#census.tables) if (holder === self) taken.add(tableId);
    return missing.filter((tableId) => taken.has(tableId));
  }

  /** What this process hands over; aside, all that somebody else would run. */
  toHandOver(): readonly string[] {
    if (this.#aside) {
      const { holder: self } = this.#options.store;
      const own = this.#census.tables.filter(({ holder }) => holder === self);
      const given = own.filter(({ tableId }) => receiverOf(self, tableId, this.#census) !== null);
      return given.map(({ tableId }) => tableId);
    }
    return [...this.#excess].flatMap(([id, looks]) => (looks < STEADY_LOOKS ? [] : [id]));
  }

  /** Whether this process is to go on with a table that it was about to hand over. */
  isToStay(tableId: string): boolean {
    return this.#accepts && !this.#excess.has(tableId);
  }

  /** Who is to take a table that this process gives up now; null where nobody is there. */
  offer(tableId: string): string | null {
    const { holder: self } = this.#options.store;
    const { processes, tables } = this.#census;
    const offered = tables.map((table) => {
      const to = this.#offers.get(table.tableId);
      return to === undefined ? table : { ...table, holder: to };
    });
    const receiver = receiverOf(self, tableId, { processes, tables: offered });
    if (receiver !== null) this.#offers.set(tableId, receiver);
    return receiver;
  }

  #overdue(): ReadonlySet<string> {
    return this.#free.freeSince(this.#options.clock.now() - OVERDUE_MS);
  }

  /** Nothing is handed over while a table is free: for one that stays so, nobody would ever get a share. */
  #withoutBroken(): Census {
    const { processes, tables } = this.#census;
    const broken = this.#free.freeSince(this.#lookedAt - BROKEN_MS);
    return { processes, tables: tables.filter(({ tableId }) => !broken.has(tableId)) };
  }
}
