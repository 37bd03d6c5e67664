/** Which database this is, among all that there are. */
import type { Clock } from "../platform/clock.ts";
import { within } from "../platform/within.ts";
import type { Queryable } from "./transaction.ts";

const ANSWERS_MS = 500;

/**
 * Asks which database this is each time that it is called: an upgrade of Postgres puts another one behind
 * the same address, while servers run. One that fails or does not answer soon is what it was the last
 * time. Rejects where the first answer fails; what it resolves with never does.
 */
export async function followIdentity(
  database: Queryable,
  clock: Clock,
): Promise<() => Promise<string>> {
  let last = await identityOf(database);
  return async () => {
    const asking = identityOf(database).then((identity) => {
      last = identity;
    });
    await within(asking, ANSWERS_MS, clock);
    return last;
  };
}

/**
 * The same for whoever is connected to it, and after a restore of its files to an earlier time; another
 * one for every other database, and for a copy by dump.
 */
async function identityOf(database: Queryable): Promise<string> {
  const { rows } = await database.query<{ identity: string }>(
    "SELECT system_identifier || '/' || current_database() AS identity FROM pg_control_system()",
  );
  return rows[0]?.identity ?? "";
}
