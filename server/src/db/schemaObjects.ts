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
 * or a foreign key that is switched off the table where it is; "" for all else.
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
const TABLE = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+) (?=\()/i;
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

/** The statements of a migration, each on one line, without what is only text in them. */
export function statementsOf(sql: string): string[] {
  const plain = sql.replaceAll(NOT_STATEMENTS, " ");
  return plain.split(";").map((statement) => statement.replaceAll(/\s+/g, " ").trim());
}

function follow(statement: string, objects: Map<string, string>): void {
  const created = CREATED.exec(statement);
  if (created !== null) objects.set(named(created[1], created[2]), "");
  const dropped = DROPPED.exec(statement);
  if (dropped !== null) objects.delete(named(dropped[1], dropped[2]));
  const [head = "", made] = TABLE.exec(statement) ?? [];
  if (made !== undefined) {
    for (const part of partsOf(made, statement.slice(head.length))) objects.set(part, "");
  }
  const table = ALTERED.exec(statement)?.[1];
  if (table === undefined) return;
  for (const [, change, kind, name] of statement.matchAll(PART)) {
    const object = named(kind, `${table}.${name}`);
    if (change?.toUpperCase() === "ADD") objects.set(object, "");
    else objects.delete(object);
  }
}

/** The columns of a new table, and its constraints by the names that Postgres gives them. */
function partsOf(table: string, definition: string): string[] {
  const parts = listed(definition).map((part) => ({
    part,
    column: /^(?!CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)\w+/i.exec(part)?.[0],
  }));
  const columns = parts.flatMap(({ column }) => column ?? []);
  const constraints: string[] = [];
  for (const { part, column } of parts) {
    const own = /^CONSTRAINT (\w+)/i.exec(part)?.[1];
    const check = / CHECK (\(.*)/i.exec(part)?.[1];
    if (own !== undefined) constraints.push(own);
    else if (check !== undefined)
      constraints.push(checkName(check, { table, columns, constraints }));
    if (/(^| )PRIMARY KEY/i.test(part)) constraints.push(`${table}_pkey`);
    if (/ UNIQUE/i.test(part)) constraints.push(`${table}_${column}_key`);
    if (/ REFERENCES /i.test(part)) constraints.push(`${table}_${column}_fkey`);
  }
  return [
    ...columns.map((column) => named("column", `${table}.${column}`)),
    ...constraints.map((constraint) => named("constraint", `${table}.${constraint}`)),
  ];
}

/** A check is named after its column where it looks at one alone, and is numbered where the name is taken. */
function checkName(
  check: string,
  to: { table: string; columns: readonly string[]; constraints: readonly string[] },
): string {
  const seen = to.columns.filter((column) => new RegExp(`\\b${column}\\b(?! ?\\()`).test(check));
  const name = [to.table, ...(seen.length === 1 ? seen : []), "check"].join("_");
  const taken = to.constraints.filter((other) => other.replace(/\d+$/, "") === name).length;
  return taken === 0 ? name : `${name}${taken}`;
}

/** What stands between the first parenthesis and its end, at its commas. */
function listed(definition: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const sign of definition) {
    if (sign === ")") depth -= 1;
    if (depth === 1 && sign === ",") parts.push("");
    else if (depth > 0) parts.push(`${parts.pop()}${sign}`);
    if (sign === "(") depth += 1;
    if (depth === 0) break;
  }
  return parts.map((part) => part.trim());
}

function named(kind: string | undefined, name: string | undefined): string {
  return `${kind?.toLowerCase()} ${name?.toLowerCase()}`;
}

/** What the objects are called, whatever they are: "transfers". */
export function namesIn(objects: SchemaObjects): string[] {
  return [...objects.keys()].map((object) => object.split(" ")[1] ?? "");
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
      WHERE attnum > 0 AND NOT attisdropped AND relkind NOT IN ('i', 'S')
    UNION ALL SELECT 'constraint ' || relname || '.' || conname, coalesce((
        SELECT tgrelid::regclass::text FROM pg_trigger
        WHERE tgconstraint = pg_constraint.oid AND tgenabled NOT IN ('O', 'A') LIMIT 1), '')
      FROM pg_constraint JOIN relations ON conrelid = relations.oid
    UNION ALL SELECT 'trigger ' || tgname, CASE WHEN tgenabled IN ('O', 'A') THEN '' ELSE relname END
      FROM pg_trigger JOIN relations ON tgrelid = relations.oid WHERE NOT tgisinternal
    UNION ALL SELECT 'type ' || typname, '' FROM pg_type
      WHERE typnamespace = current_schema()::regnamespace AND typrelid = 0
    UNION ALL SELECT 'function ' || proname, prosrc FROM pg_proc
      WHERE pronamespace = current_schema()::regnamespace`);
  return new Map(rows.map(({ object, state }) => [object, state]));
}
