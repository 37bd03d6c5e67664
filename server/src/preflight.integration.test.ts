/**
 * Databases that the server must not write to (specification, 8): the real server is started on one of
 * each kind, and the others are looked at as it does before it writes.
 */
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startEmbedded } from "./db/embedded.ts";
import { readSchema } from "./db/migrate.ts";
import { createPool } from "./db/pool.ts";
import { objectsAfter, objectsThere } from "./db/schemaObjects.ts";
import { isForOperator } from "./operatorError.ts";
import { systemClock } from "./platform/clock.ts";
import { createLogger } from "./platform/log.ts";
import type { PreflightOptions } from "./preflight.ts";
import { preflight } from "./preflight.ts";
import type { TestDatabase } from "./testing/database.ts";
import { createTestDatabase } from "./testing/database.ts";
import { MainProcesses, SECRETS } from "./testing/mainProcess.ts";

const processes = new MainProcesses();
afterEach(() => processes.killAll());

/** A database in which a server has lived. */
let lived: TestDatabase;
beforeAll(async () => {
  lived = await createTestDatabase();
  const run = processes.start({ DATABASE_URL: lived.url });
  await run.open;
  run.child.kill("SIGINT");
  expect(await run.ended).toBe(0);
  await lived.pool.end();
});
afterAll(() => lived?.close());

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase(lived.url);
});
afterEach(() => database.close());

/** Everything in the database: its objects, every row, and where its sequences are. */
async function contents(pool: Pool): Promise<Record<string, string>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
  );
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query<{ digest: string }>(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(row::text, ';' ORDER BY row::text), ''))
         AS digest FROM "${name}" AS row`,
    );
    found[name] = rows[0]?.digest ?? "";
  }
  const { rows: sequences } = await pool.query<{ name: string; last: number | null }>(
    "SELECT sequencename AS name, last_value AS last FROM pg_sequences",
  );
  for (const { name, last } of sequences) found[name] = String(last);
  found["objects"] = [...(await objectsThere(pool))].sort().join();
  return found;
}

/** The server refuses to start with one such line, and writes nothing. */
async function expectRefused(line: RegExp, environment: Record<string, string> = {}) {
  const before = await contents(database.pool);
  const said = await processes.failing({ DATABASE_URL: database.url, ...environment });
  expect(said).toMatch(line);
  expect(said.trim().split("\n")).toHaveLength(1);
  expect(await contents(database.pool)).toEqual(before);
}

/** What the look before a start finds on a new connection; null where nothing is wrong. */
async function faultFound(options: Partial<PreflightOptions> = {}): Promise<string | null> {
  const pool = createPool(database.url, createLogger("silent"), { most: 1 });
  const [seedKey, now] = [Buffer.from(SECRETS.SEED_KEY, "hex"), systemClock.now()];
  const all = { seedKey, now, unsafeDatabase: true, clockWasAhead: null, ...options };
  try {
    await preflight(pool, all);
    return null;
  } catch (error) {
    if (!isForOperator(error)) throw error;
    return error.message;
  } finally {
    await pool.end();
  }
}

/** That look finds a fault with one such line, and writes nothing. */
async function expectUnfit(line: RegExp, options: Partial<PreflightOptions> = {}) {
  const before = await contents(database.pool);
  const fault = await faultFound(options);
  expect(fault).toMatch(line);
  expect(fault).not.toContain("\n");
  expect(await contents(database.pool)).toEqual(before);
}

describe("a start on a database that does not fit is refused in one line, and writes nothing", () => {
  it.each<[string, string, RegExp]>([
    [
      "newer than the program",
      "INSERT INTO migrations (name, checksum) VALUES ('9999_later.sql', 'any')",
      /^The database is newer than this program: it has migration 9999_later\.sql\. Run a newer/,
    ],
    [
      "with a migration that was changed",
      "UPDATE migrations SET checksum = 'another' WHERE name = '0002_rounds.sql'",
      /^Migration 0002_rounds\.sql was changed after it had been applied\. Restore it\./,
    ],
    [
      "with a migration's table and no record of it",
      "DELETE FROM migrations WHERE name >= '0003'",
      /^The database has table \w+ and no record of migration 0003_players\.sql: .*by half\. Restore/,
    ],
    [
      "with a part of a migration and no record of it",
      `DELETE FROM migrations WHERE name >= '0005';
       DROP TABLE leases; ALTER TABLE rounds DROP COLUMN epoch`,
      /^The database has \w+ [\w.]+ and no record of migration 0005_leases\.sql: .*by half\. Restore/,
    ],
    [
      "with the record of a migration and not its table",
      "DROP TABLE sessions",
      /^The database has its migrations recorded and lacks table sessions: .*by half\. Restore/,
    ],
    [
      "with a table and not the trigger that guards it",
      "DROP TRIGGER transfers_immutable ON transfers",
      /^The database .* lacks trigger transfers_immutable: .*by half\. Restore/,
    ],
    [
      "with a table and not its columns",
      "ALTER TABLE transfers DROP COLUMN created_at CASCADE",
      /^The database .* lacks column transfers\.created_at: .*by half\. Restore/,
    ],
    [
      "with foreign keys that are switched off",
      "ALTER TABLE players DISABLE TRIGGER ALL",
      /^The database's constraint sessions\.sessions_player_id_fkey is switched off, .* run as a superuser: ALTER TABLE players ENABLE TRIGGER ALL; and /,
    ],
    [
      "without a right of the server's role",
      "REVOKE INSERT ON bets FROM croupier_server",
      /^The database lacks rights of croupier_server\. Restore .*: GRANT INSERT ON bets TO croupier_server;/,
    ],
    [
      "with a right of the server's role that no migration gives",
      "GRANT UPDATE (balance) ON accounts TO croupier_server",
      /^The database lets croupier_server do what no migration lets the server do\. Run .*: REVOKE UPDATE \(balance\) ON accounts FROM croupier_server; /,
    ],
    [
      "with a trigger that is switched off",
      "ALTER TABLE transfers DISABLE TRIGGER ALL",
      /^The database's trigger transfers_apply is switched off, .* run as the tables' owner: ALTER TABLE transfers ENABLE TRIGGER USER; and /,
    ],
    [
      "with a trigger for replicas alone",
      "ALTER TABLE rounds ENABLE REPLICA TRIGGER rounds_by_lease",
      /^The database's trigger rounds_by_lease is switched off, /,
    ],
    [
      "with a function that its migrations did not make",
      `CREATE OR REPLACE FUNCTION hold_lease(its_table text, its_epoch bigint) RETURNS void
       LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN RETURN; END $$`,
      /^The database's function hold_lease is not the one that its migrations make\. Restore /,
    ],
    [
      "with tables and no record of any migration",
      "DROP TABLE migrations",
      /^The database has table accounts and no record of migration 0001_ledger\.sql: .*by half\./,
    ],
    [
      "that takes no writes",
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
      /^DATABASE_URL: this database is read-only\. Set default_transaction_read_only to off/,
    ],
    [
      "that fires no triggers",
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role = replica', current_database()); END $$",
      /^DATABASE_URL: session_replication_role is replica here, .*RESET session_replication_role\./,
    ],
  ])("%s", async (_, spoil, line) => {
    await database.pool.query(spoil);
    await expectUnfit(line);
  });

  it("as the server itself says", async () => {
    await database.pool.query("DROP TABLE sessions");
    await expectRefused(/^The database has its migrations recorded and lacks table sessions: /);
  });

  it("whose seeds another key opens", async () => {
    const line = /^SEED_KEY: it does not open the seeds of table slow; it takes the key /;
    await expectUnfit(line, { seedKey: Buffer.alloc(32, 8) });
    // Nor for a table that has no chain yet.
    await expectRefused(line, { SEED_KEY: "08".repeat(32), TABLES: '[{"id":"new"}]' });
  });

  it("whose seeds the key of a new data folder does not open", async () => {
    const folder = await mkdtemp(join(tmpdir(), "croupier-start-"));
    const line = /^SEED_KEY: it does not open the seeds of table slow; it takes the key /;
    const secrets = { JWT_SECRET: "", SEED_KEY: "", ADMIN_PASSWORD: "" };
    await expectRefused(line, { DATA_DIR: join(folder, "new"), ...secrets });
    // Not even a key that would be the wrong one for good.
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it("newer than the clock before that was set back for the last time", async () => {
    await database.pool.query(
      `INSERT INTO admin_audit (at, who, action, detail)
       SELECT now() + minutes * interval '1 minute', 'admin', 'looked', '{}'
       FROM unnest(ARRAY[10, -10]) AS minutes`,
    );
    await expectUnfit(/^The clock of this machine is behind the database: /);
  });

  it.each(["admin_audit", "transfers", "rounds"])("newer than the clock: %s", async (where) => {
    const later = "now() + interval '10 minutes'";
    const entries: Record<string, string> = {
      admin_audit: `INSERT INTO admin_audit (at, who, action, detail)
        VALUES (${later}, 'admin', 'looked', '{}')`,
      transfers: `SELECT hold_lease(table_id, epoch) FROM leases;
        INSERT INTO transfers (kind, debit_id, credit_id, amount, table_id, op, created_at)
        SELECT 'bankroll', issuer.id, house.id, 1, house.table_id, 'later', ${later}
        FROM accounts AS issuer, accounts AS house
        WHERE issuer.kind = 'issuer' AND house.kind = 'house'`,
      rounds: `UPDATE rounds SET opened_at = ${later}`,
    };
    await database.pool.query(entries[where] ?? "");
    const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    const line = `^The clock of this machine is behind the database: it shows ${time}, and the newest entry is of ${time}\\. Set the clock right, or wait`;
    await expectUnfit(new RegExp(line));
  });
});

it("starts on a database of a clock that was ahead, by the word of whoever starts it", async () => {
  await database.pool.query(
    "UPDATE rounds SET opened_at = now() + interval '1 hour' WHERE status = 'open'",
  );
  const { rows } = await database.pool.query<{ newest: Date }>(
    "SELECT max(opened_at) AS newest FROM rounds",
  );
  const newest = rows[0]?.newest.getTime() ?? 0;
  const line = /^The clock .* If it is right, .* start with CLOCK_WAS_AHEAD=(\S+)\s*$/;
  await expectUnfit(line, { clockWasAhead: newest - 1 });
  const told = await processes.failing({ DATABASE_URL: database.url });
  const [, word = ""] = line.exec(told) ?? [];
  expect(word).toBe(new Date(newest).toISOString());
  const run = processes.start({ DATABASE_URL: database.url, CLOCK_WAS_AHEAD: word });
  await run.open;
  run.child.kill("SIGINT");
  expect(await run.ended).toBe(0);
});

it("starts on a database that is a little ahead of the clock", async () => {
  await database.pool.query(
    `INSERT INTO admin_audit (at, who, action, detail)
     VALUES (now() + interval '30 seconds', 'admin', 'looked', '{}')`,
  );
  expect(await faultFound()).toBe(null);
});

it("knows every object that the migrations make by its name", async () => {
  const { applied, missing } = await readSchema(database.pool);
  expect(missing).toEqual([]);
  const wanted = objectsAfter(applied);
  const there = await objectsThere(database.pool);
  expect([...wanted].filter(([object, state]) => there.get(object) !== state)).toEqual([]);
  // What the migrations themselves are noted in, and that columns are NOT NULL, is not of a migration.
  const made = [...there.keys()].filter((object) => !/ migrations\b|_not_null$/.test(object));
  const kinds = made.filter((object) =>
    /^(table|column|constraint|function|trigger) /.test(object),
  );
  expect(kinds.filter((object) => !wanted.has(object))).toEqual([]);
});

it("knows each constraint by its name, and refuses a start without it", async () => {
  const { rows } = await database.pool.query<{ held: string; name: string }>(
    `SELECT conrelid::regclass AS held, conname AS name FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'p', 'u', 'f')
       AND conrelid <> 'migrations'::regclass`,
  );
  expect(rows.length).toBeGreaterThan(40);
  expect(await faultFound()).toBe(null);
  for (const { held, name } of rows) {
    const was = `constraint ${held}.${name}`;
    await database.pool.query(`ALTER TABLE ${held} RENAME CONSTRAINT ${name} TO gone`);
    expect(await faultFound()).toContain(`lacks ${was}: it is there by half`);
    await database.pool.query(`ALTER TABLE ${held} RENAME CONSTRAINT gone TO ${name}`);
  }
});

it("refuses a Postgres that may forget in a crash what it has answered", async () => {
  const line =
    /^DATABASE_URL: this Postgres has fsync and full_page_writes off, so a crash may lose .*\. Set fsync and full_page_writes to on .*\n$/;
  await expectRefused(line, { UNSAFE_DATABASE: "" });
  await expectRefused(line, { UNSAFE_DATABASE: "false" });
});

describe("with a Postgres of its own", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "croupier-start-"));
    // Where root runs the tests, Postgres is another user, who must pass through.
    await chmod(folder, 0o711);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("refuses a standby", async () => {
    const log = createLogger("silent");
    await (await startEmbedded({ dataDir: folder, log })).stop();
    await writeFile(join(folder, "postgres", "standby.signal"), "");
    const standby = await startEmbedded({ dataDir: folder, log });
    const said = await processes.failing({ DATABASE_URL: standby.url });
    expect(said).toMatch(/^DATABASE_URL: this database is a standby and takes no writes\. .*\n$/);
    await standby.stop();
  });

  // Each start makes a database, and that takes its time where the machine is busy.
  it("refuses a data folder that another server uses, which goes on", {
    timeout: 120_000,
  }, async () => {
    const first = processes.start({ DATA_DIR: folder });
    const url = await first.open;
    const line =
      /^DATA_DIR: another server uses the database in .*; stop it, or set DATA_DIR .*\n$/;
    expect(await processes.failing({ DATA_DIR: folder })).toMatch(line);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
  });
});
