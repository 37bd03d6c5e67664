import type { PoolClient } from "pg";
import { isStaleLease } from "../db/errors.ts";
import type { Lease } from "../tables/lease.ts";
import { StaleLeaseError } from "../tables/lease.ts";

/**
 * Nobody takes the lease's table over before the transaction ends. Throws `StaleLeaseError` where
 * somebody has: the transaction is of no use then.
 */
export async function holdLease(client: PoolClient, lease: Lease): Promise<void> {
  try {
    await client.query({
      name: "hold-lease",
      text: "SELECT hold_lease($1, $2)",
      values: [lease.tableId, lease.epoch],
    });
  } catch (error) {
    throw isStaleLease(error) ? new StaleLeaseError(lease) : error;
  }
}
