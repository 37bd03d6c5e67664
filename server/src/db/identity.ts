/** Which database this is, among all that there are. */
import type { Queryable } from "./transaction.ts";

/**
 * The same for whoever is connected to it, and after a restore of its files to an earlier time; another
 * one for every other database, and for a copy by dump.
 */
export async function identityOf(database: Queryable): Promise<string> {
  const { rows } = await database.query<{ identity: string }>(
    "SELECT system_identifier || '/' || current_database() AS identity FROM pg_control_system()",
  );
  return rows[0]?.identity ?? "";
}
