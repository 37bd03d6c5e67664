/** Leases in memory, by a clock that tests step: the same promises as the database's. */
import type { Clock } from "../platform/clock.ts";
import type { Lease, LeaseStore } from "../tables/lease.ts";
import { LEASE_MS } from "../tables/lease.ts";
import type { CensusStore, SelfReport } from "../tables/sharing.ts";
import { BankUnavailableError } from "../tables/store.ts";

interface Row {
  epoch: number;
  holder: string | null;
  offeredTo: string | null;
  expiresAt: number;
}

interface Reported extends SelfReport {
  readonly expiresAt: number;
}

export class MemoryLeases {
  /** While true every call fails as if the database were away. */
  away = false;
  readonly #clock: Pick<Clock, "now">;
  readonly #rows = new Map<string, Row>();
  readonly #processes = new Map<string, Reported>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** The leases as the process `holder` sees them. */
  of(holder: string): LeaseStore & CensusStore {
    return {
      holder,
      census: async (self) => {
        this.#answer();
        this.#processes.set(holder, { ...self, expiresAt: this.#end() });
        return this.#census(holder);
      },
      take: async (tableIds) => {
        this.#answer();
        return tableIds
          .filter((id) => this.#isFree(id, holder))
          .map((id) => this.#give(id, holder));
      },
      renew: async (leases) => {
        this.#answer();
        const held = leases.filter((lease) => this.#isHeld(lease, holder));
        for (const { tableId } of held) this.#row(tableId).expiresAt = this.#end();
        return held;
      },
      release: async (leases, receiver = null) => {
        this.#answer();
        for (const lease of leases) {
          if (!this.#isHeld(lease, holder)) continue;
          const row = this.#row(lease.tableId);
          row.holder = null;
          row.offeredTo = receiver;
        }
      },
    };
  }

  /** Who holds the table, and under which epoch. */
  holding(tableId: string): string {
    const { holder, epoch } = this.#row(tableId);
    return `${holder} ${epoch}`;
  }

  #census(asking: string) {
    const living = [...this.#processes].filter(([, { expiresAt }]) => {
      return expiresAt >= this.#clock.now();
    });
    const tableIds = new Set(living.flatMap(([, { tableIds: wanted }]) => wanted));
    return {
      processes: living.map(([holder, { accepts, tableIds: ids }]) => {
        return { holder, accepts, tableIds: ids };
      }),
      tables: Array.from(tableIds, (tableId) => {
        const { holder, offeredTo } = this.#row(tableId);
        const free = holder !== asking && this.#isFree(tableId, asking);
        const players = this.#processes.get(holder ?? "")?.players.get(tableId) ?? 0;
        const offered = holder === null ? offeredTo : null;
        return { tableId, holder: free ? null : holder, players, offeredTo: offered };
      }),
    };
  }

  #answer(): void {
    if (this.away) throw new BankUnavailableError("the database is away");
  }

  #row(tableId: string): Row {
    const row = this.#rows.get(tableId) ?? {
      epoch: 0,
      holder: null,
      offeredTo: null,
      expiresAt: 0,
    };
    this.#rows.set(tableId, row);
    return row;
  }

  #isFree(tableId: string, asking: string): boolean {
    const { holder, expiresAt } = this.#row(tableId);
    return holder === null || holder === asking || expiresAt < this.#clock.now();
  }

  #isHeld({ tableId, epoch }: Lease, holder: string): boolean {
    const row = this.#row(tableId);
    return row.epoch === epoch && row.holder === holder;
  }

  #give(tableId: string, holder: string): Lease {
    const row = this.#row(tableId);
    row.epoch += 1;
    row.holder = holder;
    row.expiresAt = this.#end();
    return { tableId, epoch: row.epoch };
  }

  #end(): number {
    return this.#clock.now() + LEASE_MS;
  }
}
