/** A start on a database with other rights than the migrations give, and who may mend what is refused. */
import { chmod, copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { EmbeddedPostgres } from "./db/embedded.ts";
import { startEmbedded } from "./db/embedded.ts";
import { migrate, readSchema, SchemaError } from "./db/migrate.ts";
import { createPool } from "./db/pool.ts";
import { namesIn, objectsAfter } from "./db/schemaObjects.ts";
import { rightsAfter, rightsThere } from "./db/schemaRights.ts";
import { systemClock } from "./platform/clock.ts";
import { createLogger } from "./platform/log.ts";
import { preflight } from "./preflight.ts";
import type { TestDatabase } from "./testing/database.ts";
import { createTestDatabase } from "./testing/database.ts";

const log = createLogger("silent");

/** What the start says, or null where it goes on. */
async function refusalOf(pool: Pool): Promise<string | null> {
  const now = systemClock.now();
  const options = { seedKey: Buffer.alloc(32, 7), now, unsafeDatabase: true, clockWasAhead: null };
  return preflight(pool, options).then(
    () => null,
    (error) => {
      expect(error).toBeInstanceOf(SchemaError);
      return error.message;
    },
  );
}

/** The statements that a refusal names. */
function remedyOf(refusal: string): string {
  expect(refusal).not.toContain("\n");
  return /: ((?:(?:CREATE|ALTER|GRANT|REVOKE|REASSIGN) [^;]*; ?)+)/.exec(refusal)?.[1] ?? "";
}

/** The start is refused with one such line, and goes on once that has been obeyed. */
async function expectMended(pool: Pool, line: RegExp): Promise<void> {
  const refusal = (await refusalOf(pool)) ?? "";
  expect(refusal).toMatch(line);
  await pool.query(remedyOf(refusal));
  expect(await refusalOf(pool)).toBe(null);
  await expectRightsOfMigrations(pool);
}

/** The role has each right that the migrations give it, and no other that changes anything. */
async function expectRightsOfMigrations(pool: Pool, folder?: string): Promise<void> {
  const { applied } = await readSchema(pool, folder);
  const wanted = rightsAfter(applied);
  const there = await rightsThere(pool, ["migrations", ...namesIn(objectsAfter(applied))]);
  expect([...wanted].filter((right) => !there.has(right))).toEqual([]);
  // Who may insert into a table or update it may do so with each of its columns.
  const others = [...there.keys()].filter((right) => {
    const ofTable = right.replace(/ \(\w+\)/, "");
    return (ofTable === right || !there.has(ofTable)) && !right.startsWith("SELECT ");
  });
  expect(others.filter((right) => !wanted.has(right))).toEqual([]);
}

describe("rights to the tables", () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.close());

  it("are after each migration those that it gives", async () => {
    const migrations = join(import.meta.dirname, "db/migrations");
    await database.close();
    const empty = new URL(inject("postgresUrl"));
    empty.pathname = "/template1";
    database = await createTestDatabase(empty.href);
    const folder = await mkdtemp(join(tmpdir(), "migrations-"));
    for (const name of (await readdir(migrations)).sort()) {
      await copyFile(join(migrations, name), join(folder, name));
      await migrate(database.pool, folder);
      if (name >= "0007") await expectRightsOfMigrations(database.pool, folder);
      expect(await refusalOf(database.pool)).toBe(null);
    }
    await rm(folder, { recursive: true });
  });

  it.each<[string, string, RegExp]>([
    [
      "one is gone",
      "REVOKE INSERT ON bets FROM croupier_server",
      /^The database lacks rights of croupier_server\. Restore .* run as the tables' owner: GRANT INSERT ON bets TO croupier_server;$/,
    ],
    [
      "some columns of one are gone",
      "REVOKE INSERT (kind, player_id) ON accounts FROM croupier_server",
      /: GRANT INSERT \(kind, player_id\) ON accounts TO croupier_server;$/,
    ],
    [
      "all are gone",
      `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM croupier_server;
       REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM croupier_server;
       REVOKE ALL ON SCHEMA public FROM croupier_server, PUBLIC`,
      /: GRANT EXECUTE ON FUNCTION hold_lease, lock_accounts, .* GRANT USAGE ON SCHEMA public TO croupier_server; .* GRANT SELECT, INSERT ON operations, bets, /,
    ],
    [
      "it was restored without grants",
      `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM croupier_server;
       REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM croupier_server;
       GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC`,
      /REVOKE EXECUTE ON FUNCTION .*add_block.* FROM PUBLIC, croupier_server; GRANT /,
    ],
    [
      "the role may do anything",
      `GRANT ALL ON ALL TABLES IN SCHEMA public TO croupier_server;
       GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO croupier_server;
       GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO croupier_server`,
      /^The database lets croupier_server do what no migration lets the server do\. Run as the tables' owner: REVOKE .*UPDATE.* ON accounts/,
    ],
    [
      "the role may change balances",
      "GRANT UPDATE (balance) ON accounts TO croupier_server",
      /: REVOKE UPDATE \(balance\) ON accounts FROM croupier_server; Then prove the books with npm run audit\.$/,
    ],
    [
      "everybody may change balances",
      "GRANT UPDATE (balance) ON accounts TO PUBLIC",
      /: REVOKE UPDATE \(balance\) ON accounts FROM PUBLIC, croupier_server; /,
    ],
    [
      "everybody may add anything to a table of which the role may fill some columns",
      "GRANT INSERT ON accounts TO PUBLIC; REVOKE INSERT ON accounts FROM croupier_server",
      /: REVOKE INSERT ON accounts FROM PUBLIC, croupier_server; GRANT INSERT \(kind, table_id, player_id\) ON accounts /,
    ],
    [
      "the role may say which migrations there are",
      "GRANT DELETE ON migrations TO croupier_server",
      /: REVOKE DELETE ON migrations FROM croupier_server; /,
    ],
    [
      "the role may choose the transfers' next number",
      "GRANT UPDATE ON SEQUENCE transfers_id_seq TO croupier_server",
      /: REVOKE UPDATE ON SEQUENCE transfers_id_seq FROM croupier_server; /,
    ],
    [
      "the role may call what triggers call",
      "GRANT EXECUTE ON FUNCTION add_round_link TO croupier_server",
      /: REVOKE EXECUTE ON FUNCTION add_round_link FROM croupier_server; /,
    ],
    [
      "everybody may create functions among the house's, as in a database of before Postgres 15",
      "GRANT CREATE ON SCHEMA public TO PUBLIC",
      /^The database lets .* Run as a superuser: REVOKE CREATE ON SCHEMA public FROM PUBLIC, croupier_server; Then prove/,
    ],
    [
      "the role may create functions among the house's",
      "GRANT CREATE ON SCHEMA public TO croupier_server",
      / as a superuser: REVOKE CREATE ON SCHEMA public FROM croupier_server; Then prove/,
    ],
  ])("refuse a start in one line that mends them: %s", async (_, spoil, line) => {
    await database.pool.query(spoil);
    await expectMended(database.pool, line);
  });

  it.each([
    [
      "on what is not the house's",
      "CREATE TABLE notes (id serial, note text); GRANT ALL ON notes TO croupier_server; CREATE FUNCTION note() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
    [
      "that change nothing",
      "GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO PUBLIC",
    ],
  ])("are no reason to refuse a start where they are %s", async (_, grant) => {
    await database.pool.query(grant);
    expect(await refusalOf(database.pool)).toBe(null);
  });
});

/** Roles are of the whole Postgres: other tests have none of this. */
describe("where the owner is no superuser", () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let pool: Pool;
  /** Owns the tables and is no superuser, as the one in the containers. */
  let owner: Pool;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "croupier-rights-"));
    // Where root runs the tests, Postgres is another user, who must pass through.
    await chmod(folder, 0o711);
    postgres = await startEmbedded({ dataDir: folder, log });
    pool = createPool(postgres.url, log, { most: 1 });
    await pool.query(
      `CREATE ROLE croupier_server NOLOGIN;
       CREATE ROLE landlord LOGIN PASSWORD 'secret' IN ROLE croupier_server;
       GRANT ALL ON SCHEMA public TO landlord`,
    );
    const url = new URL(postgres.url);
    [url.username, url.password] = ["landlord", "secret"];
    owner = createPool(url.href, log, { most: 1 });
    await migrate(owner);
  });
  afterEach(async () => {
    expect(await refusalOf(owner)).toBe(null);
  });
  afterAll(async () => {
    await Promise.all([owner?.end(), pool?.end()]);
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** As the owner is told, by a superuser. */
  async function expectMendedByAnother(line: RegExp): Promise<void> {
    const refusal = (await refusalOf(owner)) ?? "";
    expect(refusal).toMatch(line);
    await pool.query(remedyOf(refusal));
    expect(await refusalOf(owner)).toBe(null);
    await expectRightsOfMigrations(owner);
  }

  it("the server's role is made again where it is missing", async () => {
    await pool.query("DROP OWNED BY croupier_server; DROP ROLE croupier_server");
    await expectMendedByAnother(
      /^The database lacks the role croupier_server\. Restore .* run as a superuser: CREATE ROLE croupier_server NOLOGIN; GRANT croupier_server TO landlord; GRANT EXECUTE ON FUNCTION hold_lease, .*;$/,
    );
  });

  it("the server's role is made again where grants are missing as well", async () => {
    await pool.query(
      `DROP OWNED BY croupier_server; DROP ROLE croupier_server;
       GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC`,
    );
    await expectMendedByAnother(
      /^The database lacks the role croupier_server\. The database lets everybody do .*: CREATE ROLE .* REVOKE EXECUTE ON FUNCTION .* GRANT EXECUTE /,
    );
  });

  it("the server's role takes the owner as a member again", async () => {
    await pool.query("REVOKE croupier_server FROM landlord");
    await expectMendedByAnother(
      /^The database does not let landlord work as croupier_server\. .* run as a superuser: GRANT croupier_server TO landlord;$/,
    );
  });

  it.each(["landlord", "pg_write_all_data"])(
    "the server's role may not be a member of %s",
    async (role) => {
      // Not both ways at once.
      await pool.query(`REVOKE croupier_server FROM landlord; GRANT ${role} TO croupier_server`);
      const refusal = (await refusalOf(pool)) ?? "";
      expect(refusal).toMatch(
        /^The database lets croupier_server do what no migration lets the server do\. /,
      );
      expect(remedyOf(refusal)).toBe(`REVOKE ${role} FROM croupier_server; `);
      await pool.query(`${remedyOf(refusal)} GRANT croupier_server TO landlord`);
      await expectRightsOfMigrations(pool);
    },
  );

  it("everybody loses what lets them create, and the owner keeps it", async () => {
    await pool.query(
      "REVOKE CREATE ON SCHEMA public FROM landlord; GRANT CREATE ON SCHEMA public TO PUBLIC",
    );
    await expectMendedByAnother(
      / as a superuser: REVOKE CREATE ON SCHEMA public FROM PUBLIC, croupier_server; GRANT CREATE ON SCHEMA public TO landlord; Then prove/,
    );
    expect(await migrate(owner)).toEqual([]);
  });

  it("the server's role may not become the owner, though it has nothing of it before", async () => {
    await pool.query(
      `REVOKE croupier_server FROM landlord; ALTER ROLE croupier_server NOINHERIT;
       CREATE ROLE tenant; GRANT tenant TO croupier_server; GRANT landlord TO tenant`,
    );
    const refusal = (await refusalOf(pool)) ?? "";
    expect(refusal).toMatch(/^The database lets croupier_server do what no migration lets/);
    expect(remedyOf(refusal)).toBe("REVOKE tenant FROM croupier_server; ");
    await pool.query(
      `${remedyOf(refusal)} DROP ROLE tenant; ALTER ROLE croupier_server INHERIT;
       GRANT croupier_server TO landlord`,
    );
  });

  it.each([
    "SCHEMA public",
    // As Postgres 15 and later have it, the schema is the database's owner's.
    "DATABASE croupier",
  ])("the server's role may not own the %s", async (object) => {
    await pool.query(
      `ALTER SCHEMA public OWNER TO pg_database_owner; ALTER ${object} OWNER TO croupier_server`,
    );
    const refusal = (await refusalOf(owner)) ?? "";
    expect(remedyOf(refusal)).toBe("REASSIGN OWNED BY croupier_server TO landlord; ");
    await pool.query(remedyOf(refusal));
    const next = (await refusalOf(owner)) ?? "";
    if (next !== "") {
      expect(remedyOf(next)).toBe("GRANT USAGE ON SCHEMA public TO croupier_server; ");
      await pool.query(remedyOf(next));
    }
    await expectRightsOfMigrations(owner);
  });

  it("the server's role may not be a superuser", async () => {
    await pool.query("ALTER ROLE croupier_server SUPERUSER");
    await expectMendedByAnother(
      /^The database lets .* Run as a superuser: ALTER ROLE croupier_server NOSUPERUSER; Then prove/,
    );
  });

  it("the server's role may not own the tables", async () => {
    await pool.query("ALTER TABLE transfers OWNER TO croupier_server");
    const refusal = (await refusalOf(owner)) ?? "";
    expect(remedyOf(refusal)).toBe("REASSIGN OWNED BY croupier_server TO landlord; ");
    await pool.query(remedyOf(refusal));
    // What its role had as the owner's went with the table.
    await expectMendedByAnother(/: GRANT SELECT, INSERT \(.* ON transfers TO croupier_server;$/);
  });

  it("triggers that are switched off are left to the owner", async () => {
    await owner.query("ALTER TABLE transfers DISABLE TRIGGER USER");
    await expectMended(owner, / run as the tables' owner: ALTER TABLE transfers ENABLE /);
  });

  it("constraints that are switched off are left to a superuser, whom alone they obey", async () => {
    await pool.query("ALTER TABLE players DISABLE TRIGGER ALL");
    await expect(owner.query("ALTER TABLE players ENABLE TRIGGER ALL")).rejects.toThrow("denied");
    await expectMendedByAnother(/ run as a superuser: ALTER TABLE players ENABLE TRIGGER ALL; /);
  });

  it("the server's role is not asked what its members may do", async () => {
    await pool.query("CREATE ROLE other LOGIN SUPERUSER IN ROLE croupier_server");
    expect(await refusalOf(pool)).toBe(null);
    expect(await refusalOf(owner)).toBe(null);
  });
});
