/**
 * What migrations make, by name, and what of it a database has: enough to see that a migration was
 * written by half, by an interrupted restore for one.
 *
 * The statements are read as text, in the plain way in which migrations are written; what is made
 * inside of function bodies and DO blocks is not seen.
 */
import type { Queryable } from "./transaction.ts";

/**
 * By name, as in "function hold_lease", what each object is like: the body of a function; of a trigger
 * that is switched off its table; "" for all else.
 */
export type SchemaObjects = ReadonlyMap<string, string>;

/** Comments, dollar-quoted bodies and string literals: nothing in them makes anything. */
const NOT_STATEMENTS = /--[^\n]*|\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'/g;

const KIND =
  "(TABLE|INDEX|VIEW|SEQUENCE|FUNCTION|TRIGGER|TYPE)(?: CONCURRENTLY)?(?: IF (?:NOT )?EXISTS)?";
const CREATED = new RegExp(
  `^CREATE (?:OR REPLACE )?(?:UNIQUE |CONSTRAINT |MATERIALIZED )?${KIND} (\\w+)`,
  "i",
);
const DROPPED = new RegExp(`^DROP ${KIND} (\\w+)`, "i");
const ALTERED = /^ALTER TABLE (\w+) /i;
/** A function's name, and its body between dollar quotes. */
const BODY =
  /^\s*CREATE (?:OR REPLACE )?FUNCTION (\w+)[^;]*?\$(?<quote>\w*)\$(?<body>[\s\S]*?)\$\k<quote>\$/gim;
const PART = /\b(ADD|DROP) (COLUMN|CONSTRAINT)(?: IF (?:NOT )?EXISTS)? (\w+)/gi;

/** The objects that there are after `migrations`, applied in this order to an empty database. */
export function objectsAfter(migrations: readonly { readonly sql: string }[]): SchemaObjects {
  const objects = new Map<string, string>();
  for (const { sql } of migrations) {
    for (const statement of statementsOf(sql)) follow(statement, objects);
    for (const { 1: name, groups } of sql.matchAll(BODY)) {
      objects.set(named("function", name), groups?.["body"] ?? "");
    }
  }
  return objects;
}

function statementsOf(sql: string): string[] {
  const plain = sql.replaceAll(NOT_STATEMENTS, " ");
  return plain.split(";").map((statement) => statement.replaceAll(/\s+/g, " ").trim());
}

function follow(statement: string, objects: Map<string, string>): void {
  const created = CREATED.exec(statement);
  if (created !== null) objects.set(named(created[1], created[2]), "");
  const dropped = DROPPED.exec(statement);
  if (dropped !== null) objects.delete(named(dropped[1], dropped[2]));
  const table = ALTERED.exec(statement)?.[1];
  if (table === undefined) return;
  for (const [, change, kind, name] of statement.matchAll(PART)) {
    const object = named(kind, `${table}.${name}`);
    if (change?.toUpperCase() === "ADD") objects.set(object, "");
    else objects.delete(object);
  }
}

function named(kind: string | undefined, name: string | undefined): string {
  return `${kind?.toLowerCase()} ${name?.toLowerCase()}`;
}

/** The objects of the schema that the connection works in. */
export async function objectsThere(database: Queryable): Promise<SchemaObjects> {
  const { rows } = await database.query<{ object: string; state: string }>(`
    WITH relations AS (
      SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
    SELECT CASE relkind WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view'
      WHEN 'm' THEN 'view' WHEN 'c' THEN 'type' ELSE 'table' END || ' ' || relname AS object,
      '' AS state
    FROM relations
    UNION ALL SELECT 'column ' || relname || '.' || attname, ''
      FROM pg_attribute JOIN relations ON attrelid = relations.oid
      WHERE attnum > 0 AND NOT attisdropped
    UNION ALL SELECT 'constraint ' || relname || '.' || conname, ''
      FROM pg_constraint JOIN relations ON conrelid = relations.oid
    UNION ALL SELECT 'trigger ' || tgname, CASE WHEN tgenabled IN ('O', 'A') THEN '' ELSE relname END
      FROM pg_trigger JOIN relations ON tgrelid = relations.oid WHERE NOT tgisinternal
    UNION ALL SELECT 'type ' || typname, '' FROM pg_type
      WHERE typnamespace = current_schema()::regnamespace AND typrelid = 0
    UNION ALL SELECT 'function ' || proname, prosrc FROM pg_proc
      WHERE pronamespace = current_schema()::regnamespace`);
  return new Map(rows.map(({ object, state }) => [object, state]));
}
