/**
 * What must be right with a database before this program writes to it: looked at in one snapshot,
 * changing nothing. Each fault is one line for whoever starts the server: what is wrong, what to do.
 */
import type { Pool } from "pg";
import type { Schema } from "./db/migrate.ts";
import { checkPlace, readSchema, SchemaError } from "./db/migrate.ts";
import { checkPlanted, checkRights } from "./db/planted.ts";
import { SERVER_ROLE } from "./db/pool.ts";
import type { SchemaObjects } from "./db/schemaObjects.ts";
import { objectsAfter, objectsThere } from "./db/schemaObjects.ts";
import type { Queryable } from "./db/transaction.ts";
import { inTransaction } from "./db/transaction.ts";
import { checkSeedKey } from "./rounds/seedVault.ts";

/** The database is not one that this program may write to now; the message is one line. */
export class PreflightError extends Error {
  override readonly name = "PreflightError";
}

export interface PreflightOptions {
  /** 32 bytes. */
  readonly seedKey: Buffer;
  /** The machine's clock, in epoch milliseconds. */
  readonly now: number;
  /** A database that may lose in a crash what it has answered is taken: for tests. */
  readonly unsafeDatabase: boolean;
  /**
   * By the word of whoever starts it, entries up to then are of a clock that was ahead, and no reason to
   * wait; in epoch milliseconds. It stands for nothing once that time has come.
   */
  readonly clockWasAhead: number | null;
}

/** The first that knows `NULLS NOT DISTINCT`, by which a transfer is written once. */
const OLDEST_POSTGRES = 15;

/** Clocks of machines that took turns at one database may differ by this much. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Throws {@link PreflightError}, `SchemaError` or `SeedKeyError`; writes nothing. */
export async function preflight(pool: Pool, options: PreflightOptions): Promise<void> {
  await checkVersion(pool);
  await checkPlanted(pool);
  await checkOptions(pool);
  await checkWritable(pool);
  if (!options.unsafeDatabase) await checkSafe(pool);
  const snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  await inTransaction(pool, (client) => look(client, options), snapshot);
}

/** Throws {@link PreflightError} or `SchemaError` unless the pool works as the server, on its tables. */
export async function checkRole(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ role: string }>("SELECT quote_ident(current_user) AS role");
  const { role = "" } = rows[0] ?? {};
  if (role !== SERVER_ROLE) throw optionsLost(role);
  await checkPlace(pool);
}

/** By what is Postgres's own: nobody has looked yet for what others made of these names. */
async function checkVersion(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ number: number; version: string }>(
    `SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS number,
       pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1) AS version`,
  );
  const [server] = rows;
  if (server !== undefined && server.number >= OLDEST_POSTGRES * 10_000) return;
  throw new PreflightError(
    `DATABASE_URL: this is Postgres ${server?.version}, which is too old; it takes ${OLDEST_POSTGRES} or later.`,
  );
}

/**
 * The role comes with the options that a connection begins with (`db/pool.ts`), as `synchronous_commit`
 * does, of which the database tells whether it came: before the role has been made, too.
 */
async function checkOptions(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ login: string; source: string }>(
    `SELECT quote_ident(current_user) AS login, source
     FROM pg_settings WHERE name = 'synchronous_commit'`,
  );
  const { login = "", source } = rows[0] ?? {};
  if (source !== "client") throw optionsLost(login);
}

function optionsLost(login: string): PreflightError {
  return new PreflightError(
    `DATABASE_URL: the server would work as ${login} here and not as ${SERVER_ROLE}: something between it and Postgres, a pooler perhaps, keeps back the options of its connections. Give the address of Postgres itself.`,
  );
}

async function look(client: Queryable, options: PreflightOptions): Promise<void> {
  const { seedKey, now, clockWasAhead } = options;
  const schema = await readSchema(client);
  const there = await objectsThere(client);
  checkWhole(schema, there);
  checkWorking(schema, there);
  await checkRights(client, schema);
  if (there.has("table seed_chains")) await checkSeedKey(client, seedKey);
  const newest = await newestEntry(client, there);
  if (newest > (clockWasAhead ?? 0)) checkClock(newest, now);
}

async function checkWritable(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ standby: boolean; read_only: string; replication: string }>(
    `SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') AS read_only,
       current_setting('session_replication_role') AS replication`,
  );
  if (rows[0]?.standby === true) {
    throw new PreflightError(
      "DATABASE_URL: this database is a standby and takes no writes. Give the address of the primary, or promote it.",
    );
  }
  if (rows[0]?.read_only === "on") {
    throw new PreflightError(
      "DATABASE_URL: this database is read-only. Set default_transaction_read_only to off for it, or give another one.",
    );
  }
  if (rows[0]?.replication !== "origin") {
    throw new PreflightError(
      `DATABASE_URL: session_replication_role is ${rows[0]?.replication} here, so nothing guards the books. Set it to origin: ALTER DATABASE or ALTER ROLE … RESET session_replication_role.`,
    );
  }
}

/**
 * Whoever got an answer finds it again after a crash. The connections ask for `synchronous_commit` by
 * themselves, which something between them and Postgres may keep back.
 */
async function checkSafe(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT name FROM pg_settings WHERE setting = 'off'
       AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name`,
  );
  if (rows.length === 0) return;
  const off = rows.map(({ name }) => name).join(" and ");
  throw new PreflightError(
    `DATABASE_URL: this Postgres has ${off} off, so a crash may lose bets that were answered. Set ${off} to on and reload it; for tests alone there is UNSAFE_DATABASE=true.`,
  );
}

/** All that the recorded migrations make is there, and nothing that only the others make. */
function checkWhole({ applied, missing }: Schema, there: SchemaObjects): void {
  const wanted = objectsAfter(applied);
  for (const object of wanted.keys()) {
    if (there.has(object)) continue;
    throw new SchemaError(
      `The database has its migrations recorded and lacks ${object}: it is there by half. Restore it whole from a backup, or give an empty database.`,
    );
  }
  const later = objectsAfter([...applied, ...missing]);
  for (const object of later.keys()) {
    if (wanted.has(object) || !there.has(object)) continue;
    throw new SchemaError(
      `The database has ${object} and no record of migration ${missing[0]?.name}: it is there by half. Restore it whole from a backup, or give an empty database.`,
    );
  }
}

/** What is there does what the recorded migrations made it for. */
function checkWorking({ applied }: Schema, there: SchemaObjects): void {
  for (const [object, state] of objectsAfter(applied)) {
    const found = there.get(object);
    if (found === state) continue;
    if (object.startsWith("function ")) {
      throw new SchemaError(
        `The database's ${object} is not the one that its migrations make. Restore it whole from a backup.`,
      );
    }
    // A foreign key is kept by triggers of the system's, which obey no owner.
    const [who, which] = object.startsWith("constraint ")
      ? ["a superuser", "ALL"]
      : ["the tables' owner", "USER"];
    throw new SchemaError(
      `The database's ${object} is switched off, by an interrupted restore perhaps. Restore it whole from a backup, or run as ${who}: ALTER TABLE ${found} ENABLE TRIGGER ${which}; and prove the books with npm run audit.`,
    );
  }
}

/** So many entries are looked at: a clock that was set back wrote the last of them with earlier times. */
const LAST = 5_000;

/** The latest of the times that the last entries of `table` have, in the order of `id`. */
function latest(table: string, time: string, id = "id"): string {
  return `SELECT max(${time}) AS at
    FROM (SELECT ${time} FROM ${table} ORDER BY ${id} DESC LIMIT ${LAST}) AS last`;
}

/** What tells when something was last written by this program's clock, by the table it is in. */
const NEWEST: Readonly<Record<string, string>> = {
  transfers: latest("transfers", "created_at"),
  operations: latest("operations", "posted_at", "seq"),
  seed_chains: "SELECT max(created_at) AS at FROM seed_chains",
  rounds: `SELECT max(greatest(opened_at, locked_at, settled_at)) AS at
    FROM (SELECT DISTINCT table_id FROM seed_chains) AS tables CROSS JOIN LATERAL (
      SELECT opened_at, locked_at, settled_at FROM rounds
      WHERE rounds.table_id = tables.table_id ORDER BY round DESC LIMIT ${LAST}) AS last`,
  sessions: latest("sessions", "signed_in_at"),
  admin_audit: latest("admin_audit", "at"),
};

/** When the newest entry was written, in epoch milliseconds; 0 where there is none. */
async function newestEntry(client: Queryable, there: SchemaObjects): Promise<number> {
  const asked = Object.keys(NEWEST).filter((table) => there.has(`table ${table}`));
  let newest = 0;
  for (const table of asked) {
    const { rows } = await client.query<{ at: Date | null }>(NEWEST[table] ?? "");
    newest = Math.max(newest, rows[0]?.at?.getTime() ?? 0);
  }
  return newest;
}

/** Time goes on from what is written: records in the wrong order would prove nothing. */
function checkClock(newest: number, now: number): void {
  if (now + CLOCK_TOLERANCE_MS >= newest) return;
  const [shown, written] = [now, newest].map((at) => new Date(at).toISOString());
  throw new PreflightError(
    `The clock of this machine is behind the database: it shows ${shown}, and the newest entry is of ${written}. Set the clock right, or wait until then. If it is right, and was ahead when that was written, start with CLOCK_WAS_AHEAD=${written}`,
  );
}
