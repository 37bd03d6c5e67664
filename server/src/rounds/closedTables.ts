/** Tables that this process does not have in its configuration, with a round that was never finished. */
import type { Pool } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import type { ClosedTable } from "../tables/closing.ts";
import { BankUnavailableError } from "../tables/store.ts";
import { LISTED_FOR } from "./tableLeases.ts";

/**
 * The tables that are none of `configured` and have an unfinished round, be they run by somebody or not.
 * Left out are those that a process would run which is there, or was killed a moment ago: it may come again,
 * and players are told so.
 * Rejects with a {@link BankUnavailableError} where the database is away.
 */
export async function closedTables(
  pool: Pool,
  configured: readonly string[],
): Promise<readonly ClosedTable[]> {
  // Nobody can show life while the database starts: whatever was seen before that counts no more.
  const asked = pool.query<ClosedTable>(
    `SELECT table_id AS "tableId", round, wheel, zero_rule AS "zeroRule",
       concat_ws(' ', leases.epoch, leases.renewed_at, pg_postmaster_start_time()) AS "signOfLife"
     FROM rounds JOIN leases USING (table_id)
     WHERE status IN ('open', 'locked') AND table_id <> ALL($1)
       AND NOT EXISTS (SELECT FROM processes WHERE rounds.table_id = ANY(table_ids)
         AND processes.expires_at > clock_timestamp() - ${LISTED_FOR})
     ORDER BY table_id`,
    [configured],
  );
  try {
    return (await asked).rows;
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw new BankUnavailableError(inOneLine(error), { cause: error });
  }
}
