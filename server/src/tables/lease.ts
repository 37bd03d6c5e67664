/**
 * The right to run a table, as the database gives it.
 *
 * A table is run by the one process that holds its lease. Each takeover raises the lease's epoch, and
 * a store is bound to one lease: whatever it writes carries the epoch, and the database refuses it
 * once somebody else has taken over. So a holder that was stopped, or cut off, can believe what it
 * likes and changes nothing.
 */
import type { TableStore } from "./store.ts";

export interface Lease {
  readonly tableId: string;
  /** 1 for the first holder; one more with each takeover. */
  readonly epoch: number;
}

/** How long a lease lives without a sign of its holder. */
export const LEASE_MS = 3_000;
/** Between two signs of life, and between two looks for tables without a holder. */
export const BEAT_MS = 750;

/** The database refused a write: the table has another holder now. */
export class StaleLeaseError extends Error {
  override readonly name = "StaleLeaseError";

  constructor({ tableId, epoch }: Lease) {
    super(`epoch ${epoch} of table ${tableId} is not the current one`);
  }
}

/** The leases as one process sees them. Each method may throw `BankUnavailableError`. */
export interface LeaseStore {
  /** Takes those tables that have no living holder; answers the leases that were got. */
  take(tableIds: readonly string[]): Promise<readonly Lease[]>;

  /** Shows that the process lives, be it without leases; answers those that it still holds. */
  renew(leases: readonly Lease[]): Promise<readonly Lease[]>;

  /**
   * Gives leases up: another may take the tables at once, and `receiver` is to, where one is named.
   * Those of others are left alone.
   */
  release(leases: readonly Lease[], receiver?: string | null): Promise<void>;
}

/** The durable stores of tables, one for each lease. */
export interface TableStores {
  /** Every write throws `StaleLeaseError` where the lease is not the current one. */
  of(lease: Lease): TableStore;
}
