/**
 * Whether the bank would move chips at a table now. An answer to `SELECT 1` says little: a database may
 * answer that and be full, read-only, or locked where it matters.
 */
import type { Pool } from "pg";
import { inTransaction } from "../db/transaction.ts";
import { lockAccounts } from "../ledger/accounts.ts";
import { holdLease } from "../ledger/holdLease.ts";
import { addTransfers } from "../ledger/transfers.ts";
import type { Lease } from "../tables/lease.ts";

/**
 * Moves a chip at the lease's table and takes that back, in one transaction; throws what keeps it from
 * that. The table has its accounts already.
 *
 * @param now epoch milliseconds
 */
export function probeBank(pool: Pool, lease: Lease, now: number): Promise<void> {
  const { tableId } = lease;
  return inTransaction(pool, async (client) => {
    await holdLease(client, lease);
    const accounts = await lockAccounts(client, { escrows: [tableId], houses: [tableId] });
    const [house, escrow] = [accounts.house(tableId), accounts.escrow(tableId)];
    // A house that just paid its worst round may have none left: then the locks have to do.
    if (house.balance === 0) return;
    const ids = { debitId: house.id, creditId: escrow.id };
    await client.query("SAVEPOINT probe");
    await addTransfers(client, [{ kind: "cover", ...ids, amount: 1, tableId, op: "probe" }], now);
    await client.query("ROLLBACK TO SAVEPOINT probe");
  });
}
