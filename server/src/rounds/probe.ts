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
 * Gives the house of the lease's table a chip and takes that back, in one transaction; throws what keeps
 * it from that. The table has its accounts already.
 *
 * @param now epoch milliseconds
 */
export function probeBank(pool: Pool, lease: Lease, now: number): Promise<void> {
  const { tableId } = lease;
  return inTransaction(pool, async (client) => {
    await holdLease(client, lease);
    // As a bankroll needs them: who adds to a table's chain of transfers holds its escrow.
    const choice = { escrows: [tableId], houses: [tableId], issuer: true };
    const accounts = await lockAccounts(client, choice);
    const ids = { debitId: accounts.issuer().id, creditId: accounts.house(tableId).id };
    await client.query("SAVEPOINT probe");
    const bankroll = { kind: "bankroll", ...ids, amount: 1, tableId, op: "probe" } as const;
    await addTransfers(client, [bankroll], now);
    await client.query("ROLLBACK TO SAVEPOINT probe");
  });
}
