/**
 * Brings a database to the schema of this code: the SQL files of `migrations/`, in order of their
 * names, each once and in a transaction of its own, under a lock that many processes starting at the
 * same time share. A file that was applied never changes; what it wants changed comes as a new file.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pool, PoolClient } from "pg";
import { retrying } from "../platform/retry.ts";
import { SERVER_ROLE } from "./pool.ts";
import type { Queryable } from "./transaction.ts";
import { inCatalog } from "./transaction.ts";

/** Any fixed number: the key of the advisory lock. */
const LOCK = 0x63726f75;

/** For what takes its time: another process's migrations, or a change of a big table. */
const PATIENT = { query_timeout: 3_600_000 };

/** The database's schema and this code do not fit; the message is one line for a person. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const MIGRATIONS = join(import.meta.dirname, "migrations");

/** Applies what is missing and answers the names of what it applied. */
export async function migrate(pool: Pool, folder = MIGRATIONS): Promise<readonly string[]> {
  const migrations = await readMigrations(folder);
  const client = await pool.connect();
  try {
    await client.query("SET statement_timeout = 0; SET lock_timeout = 0");
    await client.query({ text: "SELECT pg_advisory_lock($1)", values: [LOCK], ...PATIENT });
    return await applyMissing(client, migrations);
  } finally {
    // Thrown away, with its settings and its lock.
    client.release(true);
  }
}

interface Standing {
  readonly owns: boolean;
  /** The role of servers exists and may read the tables. */
  readonly known: boolean;
  /** The user may work as that role. */
  readonly member: boolean;
}

/**
 * Whether the pool's user owns the schema, or may make it where there is none. Throws
 * {@link SchemaError} for one who can neither make it nor work with it as {@link SERVER_ROLE}.
 */
export async function mayMigrate(pool: Pool): Promise<boolean> {
  await checkPlace(pool);
  return inCatalog(pool, mayMigrateHere);
}

async function mayMigrateHere(database: Queryable): Promise<boolean> {
  const { rows: users } = await database.query<{ login: string; creates: boolean }>(
    `SELECT quote_ident(current_user) AS login,
       coalesce(has_schema_privilege(to_regnamespace('public')::oid, 'CREATE'), false) AS creates`,
  );
  const login = users[0]?.login;
  const standing = await standingOf(database);
  if (standing === null) {
    if (users[0]?.creates) return true;
    throw new SchemaError(
      `DATABASE_URL: there are no tables yet, and ${login} may not make them. ${AS_OWNER}`,
    );
  }
  if (standing.owns) return true;
  if (!standing.known) {
    throw new SchemaError(
      `DATABASE_URL: the tables are of an older version, or were restored without the rights to them, and ${login} may not change them. ${AS_OWNER}`,
    );
  }
  if (standing.member) return false;
  throw new SchemaError(
    `DATABASE_URL: ${login} may not work with the tables of this database. As their owner run once: GRANT ${SERVER_ROLE} TO ${login};`,
  );
}

/** Throws {@link SchemaError} where the pool's tables would be elsewhere than those of all others. */
export async function checkPlace(pool: Pool): Promise<void> {
  // On the search_path that it asks for: without the schema another's `quote_ident(name)` goes first.
  const { rows } = await pool.query<Place>(
    `SELECT pg_catalog.quote_ident(session_user) AS login,
       pg_catalog.quote_ident(current_user) AS "user", pg_catalog.current_schema() AS schema,
       pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace('public')::pg_catalog.oid, 'USAGE')
         AS usable`,
  );
  const { login, user, schema, usable } = rows[0] ?? {};
  // Without that right the schema is not on anybody's search_path, whatever that is set to.
  if (usable === false) {
    throw new SchemaError(
      `DATABASE_URL: the tables belong in the schema public, which ${user} may not use. As the database's owner run once: GRANT USAGE ON SCHEMA public TO ${user};`,
    );
  }
  if (schema === "public") return;
  throw new SchemaError(
    `DATABASE_URL: the tables belong in the schema public, and ${login} would work in ${schema ?? "none"}. Let its search_path begin with public: ALTER ROLE ${login} SET search_path = public;`,
  );
}

interface Place {
  readonly login: string;
  /** What the pool works as: the login, or a role that it takes. */
  readonly user: string;
  readonly schema: string | null;
  /** Whether it may use the schema public; null where there is none. */
  readonly usable: boolean | null;
}

const AS_OWNER =
  "Start this version of the server once with the DATABASE_URL of the tables' owner.";

/** How the pool's user stands to the tables; null where there are none. */
async function standingOf(database: Queryable): Promise<Standing | null> {
  const { rows } = await database.query<Standing>(
    `SELECT pg_has_role(relowner, 'USAGE') AS owns,
       coalesce(has_table_privilege(pg_roles.oid, pg_class.oid, 'SELECT'), false) AS known,
       coalesce(pg_has_role(pg_roles.oid, 'MEMBER'), false) AS member
     FROM pg_class LEFT JOIN pg_roles ON rolname = $1
     WHERE relname = 'migrations' AND relnamespace = to_regnamespace('public')`,
    [SERVER_ROLE],
  );
  return rows[0] ?? null;
}

/** Throws {@link SchemaError} unless the database has exactly the schema of this code; changes nothing. */
export async function checkSchema(pool: Pool, folder = MIGRATIONS): Promise<void> {
  const { missing } = await readSchema(pool, folder);
  if (missing[0] === undefined) return;
  throw new SchemaError(
    `DATABASE_URL: the database lacks migration ${missing[0].name}. ${AS_OWNER}`,
  );
}

/** The migrations of this code, in order: first those that the database has, then the others. */
export interface Schema {
  readonly applied: readonly Migration[];
  readonly missing: readonly Migration[];
}

/**
 * Reads which migrations the database has; changes nothing. Throws {@link SchemaError} where they are
 * not the first ones of this code, unchanged.
 */
export async function readSchema(database: Queryable, folder = MIGRATIONS): Promise<Schema> {
  const migrations = await readMigrations(folder);
  const { rowCount } = await database.query(
    "SELECT FROM pg_tables WHERE tablename = 'migrations' AND schemaname = 'public'",
  );
  const rows = rowCount === 0 ? [] : await readApplied(database);
  checkApplied(rows, migrations);
  return { applied: migrations.slice(0, rows.length), missing: migrations.slice(rows.length) };
}

/** All migrations of this code, in order. */
export async function readMigrations(folder = MIGRATIONS): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

async function applyMissing(
  client: PoolClient,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS migrations (
       name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const rows = await readApplied(client);
  checkApplied(rows, migrations);
  const applied = new Set(rows.map(({ name }) => name));
  const missing = migrations.filter(({ name }) => !applied.has(name));
  for (const migration of missing) {
    await retrying(() => apply(client, migration), BESIDE_THE_GAME, waitedInVain);
  }
  return missing.map(({ name }) => name);
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

async function readApplied(database: Queryable): Promise<readonly AppliedMigration[]> {
  const { rows } = await database.query<AppliedMigration>(
    "SELECT name, checksum FROM public.migrations ORDER BY name",
  );
  return rows;
}

/** What was applied must be a part of what this code knows, unchanged and without a gap. */
function checkApplied(rows: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  rows.forEach(({ name, checksum }, index) => {
    const known = migrations.find((migration) => migration.name === name);
    if (known === undefined) {
      throw new SchemaError(
        `The database is newer than this program: it has migration ${name}. Run a newer version.`,
      );
    }
    if (known.checksum !== checksum) {
      throw new SchemaError(`Migration ${name} was changed after it had been applied. Restore it.`);
    }
    if (migrations[index] !== known) {
      throw new SchemaError(`Migration ${migrations[index]?.name} comes before ${name}, too late.`);
    }
  });
}

/** The game, which works on the same tables, has its turn between two tries. */
const BESIDE_THE_GAME = { tries: 20, firstMs: 100, longestMs: 2_000 };
/**
 * While a migration waits for a table, everybody else waits behind it. Less than the time after which
 * the database looks for deadlocks: in one it is the migration that gives way, and not a bet.
 */
const LOCK_MS = 800;

/** It met the game's locks: nothing was changed, and it may be tried again. */
function waitedInVain(error: unknown): boolean {
  const { code = "" } = ((error as SchemaError).cause ?? {}) as { readonly code?: string };
  return LOCKED_CODES.includes(code);
}
/** Found in a deadlock; a lock was not to be had in time. */
const LOCKED_CODES = ["40P01", "55P03"];

async function apply(client: PoolClient, { name, sql, checksum }: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
    await client.query({ text: sql, ...PATIENT });
    await client.query("INSERT INTO migrations (name, checksum) VALUES ($1, $2)", [name, checksum]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new SchemaError(`Migration ${name} failed: ${String(error)}`, { cause: error });
  }
}
