/** Tables that nobody has in their configuration any more, with a round that was never finished. */
import type { Pool } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import type { ClosedTable } from "../tables/closing.ts";
import { LEASE_MS } from "../tables/lease.ts";
import { BankUnavailableError } from "../tables/store.ts";

/**
 * The tables that are none of `configured`, have an unfinished round, and were run by nobody for two
 * lives of a lease: another process that has such a table would have taken it long before. Rejects with
 * a {@link BankUnavailableError} where the database is away.
 */
export async function closedTables(
  pool: Pool,
  configured: readonly string[],
): Promise<readonly ClosedTable[]> {
  const asked = pool.query<ClosedTable>(
    `SELECT table_id AS "tableId", round, wheel, zero_rule AS "zeroRule"
     FROM rounds JOIN leases USING (table_id)
     WHERE status IN ('open', 'locked') AND table_id <> ALL($1)
       AND leases.renewed_at < clock_timestamp() - $2 * interval '1 ms'
     ORDER BY table_id`,
    [configured, 2 * LEASE_MS],
  );
  try {
    return (await asked).rows;
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw new BankUnavailableError(inOneLine(error), { cause: error });
  }
}
