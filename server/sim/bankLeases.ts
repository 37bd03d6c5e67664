/**
 * Who runs which table, as a simulated house's database has it: leases that end by their time or with
 * their holder, and the census of the processes that share the tables.
 */
import { assert } from "@croupier/shared/core/assert";
import type { Lease } from "../src/tables/lease.ts";
import { LEASE_MS } from "../src/tables/lease.ts";
import type { Census, SelfReport } from "../src/tables/sharing.ts";

interface LeasedTable {
  epoch: number;
  holder: string | null;
  /** While nobody has it: who is to take it. */
  offeredTo: string | null;
  expiresAt: number;
}

export interface BankLeasesOptions {
  readonly tableIds: readonly string[];
  readonly now: () => number;
  /** Whether a holder's connection is there still. */
  readonly lives: (holder: string) => boolean;
  /** What the last holder has under way is through before a table is taken over. */
  readonly taking: (tableId: string) => void;
  readonly taken: (lease: Lease, holder: string) => void;
  /** Its holder gave the table up. */
  readonly released: (tableId: string) => void;
  readonly refused: () => void;
}

export class BankLeases {
  readonly #options: BankLeasesOptions;
  readonly #tables: ReadonlyMap<string, LeasedTable>;
  readonly #processes = new Map<string, SelfReport & { readonly expiresAt: number }>();

  constructor(options: BankLeasesOptions) {
    this.#options = options;
    this.#tables = new Map(
      options.tableIds.map((tableId) => {
        return [tableId, { epoch: 0, holder: null, offeredTo: null, expiresAt: 0 }];
      }),
    );
  }

  /** The tables of `tableIds` that were free, each with its next epoch. */
  take(holder: string, tableIds: readonly string[]): readonly Lease[] {
    return tableIds.flatMap((tableId) => {
      const table = this.#table(tableId);
      if (!this.#isFree(table, holder)) {
        this.#options.refused();
        return [];
      }
      this.#options.taking(tableId);
      table.epoch += 1;
      table.holder = holder;
      table.expiresAt = this.#options.now() + LEASE_MS;
      const lease = { tableId, epoch: table.epoch };
      this.#options.taken(lease, holder);
      return [lease];
    });
  }

  /** Those of `leases` that `holder` has still. */
  renew(holder: string, leases: readonly Lease[]): readonly Lease[] {
    const held = leases.filter((lease) => this.#isHeld(holder, lease));
    const expiresAt = this.#options.now() + LEASE_MS;
    for (const { tableId } of held) this.#table(tableId).expiresAt = expiresAt;
    return held;
  }

  release(holder: string, leases: readonly Lease[], receiver: string | null): void {
    for (const lease of leases) {
      if (!this.#isHeld(holder, lease)) continue;
      const table = this.#table(lease.tableId);
      table.holder = null;
      table.offeredTo = receiver;
      this.#options.released(lease.tableId);
    }
  }

  /** Who is there and who runs what, as `asking` is told. */
  census(asking: string, self: SelfReport): Census {
    const { now, lives } = this.#options;
    this.#processes.set(asking, { ...self, expiresAt: now() + LEASE_MS });
    for (const [holder, { expiresAt }] of this.#processes) {
      if (expiresAt < now() || !lives(holder)) this.#processes.delete(holder);
    }
    return {
      processes: Array.from(this.#processes, ([holder, { accepts, tableIds }]) => {
        return { holder, accepts, tableIds };
      }),
      tables: Array.from(this.#tables, ([tableId, table]) => {
        const free = table.holder !== asking && this.#isFree(table, asking);
        const players = this.#processes.get(table.holder ?? "")?.players.get(tableId) ?? 0;
        const offeredTo = table.holder === null ? table.offeredTo : null;
        return { tableId, holder: free ? null : table.holder, players, offeredTo };
      }),
    };
  }

  /** Of the last lease; 0 before the first. */
  epochOf(tableId: string): number {
    return this.#table(tableId).epoch;
  }

  #isFree({ holder, expiresAt }: LeasedTable, asking: string): boolean {
    const { now, lives } = this.#options;
    return holder === null || holder === asking || expiresAt < now() || !lives(holder);
  }

  #isHeld(holder: string, { tableId, epoch }: Lease): boolean {
    const table = this.#table(tableId);
    return table.holder === holder && table.epoch === epoch;
  }

  #table(tableId: string): LeasedTable {
    const table = this.#tables.get(tableId);
    assert(table !== undefined, `there is no table ${tableId}`);
    return table;
  }
}
