/**
 * Whether the bank would take an operation at a table now. An answer to `SELECT 1` says little: a
 * database may answer that and be full, read-only, or locked where it matters.
 */
import type { Pool } from "pg";
import { inTransaction } from "../db/transaction.ts";
import { lockAccounts } from "../ledger/accounts.ts";
import { holdLease } from "../ledger/holdLease.ts";
import type { Lease } from "../tables/lease.ts";

/**
 * Does what posting an operation does at the lease's table, and leaves nothing behind; throws what
 * that would.
 *
 * @param now epoch milliseconds
 */
export function probeBank(pool: Pool, lease: Lease, now: number): Promise<void> {
  const { tableId, epoch } = lease;
  return inTransaction(pool, async (client) => {
    await holdLease(client, lease);
    await lockAccounts(client, { escrows: [tableId], houses: [tableId] });
    await client.query("SAVEPOINT probe");
    await client.query(
      `INSERT INTO operations (table_id, epoch, round, player_id, op, kind, content, ticket, changes,
         stake_change, stake_after, balance_after, posted_at)
       VALUES ($1, $2, 0, '', $1, 'probe', '', gen_random_uuid(), '[]', 0, 0, 0, $3)`,
      [tableId, epoch, new Date(now)],
    );
    await client.query("ROLLBACK TO SAVEPOINT probe");
  });
}
