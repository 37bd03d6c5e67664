import type { Queryable } from "../db/transaction.ts";
import { BEAT_MS } from "../tables/lease.ts";

/** Resolves when the database has been up for so long that leases which are over may be taken again. */
export async function untilDeadAreKnown(database: Queryable): Promise<void> {
  for (let up = 0; up <= 2 * BEAT_MS; ) up = await uptime(database);
}

/** In milliseconds. */
async function uptime(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ up: number }>(
    "SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 * 1000 AS up",
  );
  return rows[0]?.up ?? 0;
}
