/**
 * What migrations let the server's role do, and what of it a database lets it do: a backup that is
 * restored without its role or its grants has all tables, and a server that may not write them.
 */
import { SERVER_ROLE } from "./pool.ts";
import { statementsOf } from "./schemaObjects.ts";
import type { Queryable } from "./transaction.ts";

const GRANT = new RegExp(
  `^GRANT (?<privileges>.+) ON (?<kind>FUNCTION |SCHEMA )?(?<names>[\\w, ]+) TO ${SERVER_ROLE}$`,
  "i",
);
const PRIVILEGE = /(\w+)(?: \(([^)]+)\))?/g;

/**
 * The rights that the role has after `migrations`, each as a grant names it: "SELECT ON bets", "UPDATE
 * (seq) ON outbox", "EXECUTE ON FUNCTION lock_round".
 */
export function rightsAfter(migrations: readonly { readonly sql: string }[]): Set<string> {
  const rights = new Set<string>();
  for (const statement of migrations.flatMap(({ sql }) => statementsOf(sql))) {
    const { privileges = "", kind = "", names = "" } = GRANT.exec(statement)?.groups ?? {};
    for (const [, privilege = "", columns] of privileges.matchAll(PRIVILEGE)) {
      const what = columns?.split(", ").map((column) => `${privilege} (${column})`) ?? [privilege];
      for (const name of names.split(", ")) {
        for (const one of what) rights.add(`${one} ON ${kind}${name}`);
      }
    }
  }
  return rights;
}

/** The rights that the role has, by whatever way, in the schema that the connection works in. */
export async function rightsThere(database: Queryable): Promise<Set<string>> {
  const { rows } = await database.query<{ right: string }>(
    `WITH server AS (SELECT oid AS role FROM pg_roles WHERE rolname = $1), tables AS (
      SELECT oid, relname FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')
    SELECT privilege || ' ON ' || relname AS right
      FROM server, tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
      WHERE has_table_privilege(role, oid, privilege)
    UNION ALL SELECT privilege || ' (' || attname || ') ON ' || relname
      FROM server, tables JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped,
        unnest(ARRAY['INSERT', 'UPDATE']) AS privilege
      WHERE has_column_privilege(role, oid, attnum, privilege)
    UNION ALL SELECT 'EXECUTE ON FUNCTION ' || proname FROM server, pg_proc
      WHERE pronamespace = current_schema()::regnamespace
        AND has_function_privilege(role, pg_proc.oid, 'EXECUTE')
    UNION ALL SELECT 'USAGE ON SCHEMA ' || current_schema() FROM server
      WHERE has_schema_privilege(role, current_schema(), 'USAGE')`,
    [SERVER_ROLE],
  );
  return new Set(rows.map(({ right }) => right));
}
