/** Who may open the database, and what it is opened as. */
import { randomUUID } from "node:crypto";
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asChips } from "@croupier/shared/core/chips";
import type { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "./database.ts";
import { openDatabase } from "./database.ts";
import { migrate } from "./db/migrate.ts";
import { systemClock } from "./platform/clock.ts";
import { Closers } from "./platform/closers.ts";
import { createLogger } from "./platform/log.ts";
import { createPlayers } from "./players/players.ts";
import { TableLeases } from "./rounds/tableLeases.ts";
import { createPostgresTableStores } from "./rounds/tableStore.ts";
import { leasesOnce, storeOfAnyTable } from "./testing/anyTable.ts";
import type { TestDatabase } from "./testing/database.ts";
import { createTestDatabase } from "./testing/database.ts";
import { ManualClock } from "./testing/manualClock.ts";
import type { Pooler } from "./testing/pooler.ts";
import { startPooler } from "./testing/pooler.ts";
import { openRound, playRound, tableConfig } from "./testing/rounds.ts";
import { expectSoundBooks } from "./testing/soundBooks.ts";

const log = createLogger("silent");
const secrets = { seedKey: Buffer.alloc(32, 7) };

let database: TestDatabase;
let closers: Closers;
/** A user of this Postgres of the test's own. */
let login: string;

beforeEach(async () => {
  database = await createTestDatabase();
  closers = new Closers(systemClock, log);
  login = `login_${randomUUID().replaceAll("-", "")}`;
  await database.pool.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret'`);
});
afterEach(async () => {
  await closers.close();
  await database.pool.query(
    `REASSIGN OWNED BY ${login} TO CURRENT_USER; DROP OWNED BY ${login}; DROP ROLE ${login}`,
  );
  await database.close();
});

function openAs(user?: string, options?: string, address = database.url) {
  const url = new URL(address);
  if (user !== undefined) [url.username, url.password] = [user, "secret"];
  if (options !== undefined) url.searchParams.set("options", options);
  const config = { databaseUrl: url.href, unsafeDatabase: true, clockWasAhead: null, dataDir: "" };
  return openDatabase({ config, secrets, log, clock: systemClock }, closers);
}

async function workedAs({ pool, pipelined }: Database) {
  const worked = await Promise.all(
    [pool, pipelined].map(async (one) => {
      const { rows } = await one.query(
        "SELECT current_user AS role, session_user AS login, current_setting('work_mem') AS memory",
      );
      return rows[0];
    }),
  );
  expect(worked[0]).toEqual(worked[1]);
  return worked[0];
}

describe("the database is opened as the server's role", () => {
  it("by the tables' owner, with the options of its address", async () => {
    const opened = await openAs(undefined, "-c work_mem=7MB");
    expect(await workedAs(opened)).toMatchObject({ role: "croupier_server", memory: "7MB" });
  });

  it.each(["INHERIT", "NOINHERIT"])(
    "by a user who is nothing but a member of it (%s)",
    async (inherit) => {
      await database.pool.query(
        `ALTER ROLE ${login} ${inherit}; GRANT croupier_server TO ${login}`,
      );
      const opened = await openAs(login);
      expect(await workedAs(opened)).toMatchObject({ role: "croupier_server", login });
    },
  );
});

describe("a login that is a member of the role, and nothing else", () => {
  let pool: Pool;
  let opened: Database;
  beforeEach(async () => {
    await database.pool.query(`GRANT croupier_server TO ${login}`);
    opened = await openAs(login);
    ({ pool } = opened);
  });

  it("runs a table, and proves its books", async () => {
    const clock = new ManualClock();
    const people = createPlayers({ pool, clock, startingChips: 100, dailyChips: 1_000 });
    const { playerId } = await people.registerGuest({});
    expect((await people.claimDaily(playerId)).granted).toBe(900);
    const leases = new TableLeases({ pool: opened.pipelined, log, disconnected: () => undefined });
    const { seedKey } = secrets;
    const stores = createPostgresTableStores({
      ...opened,
      clock,
      log,
      seedKey,
      chainLength: 3_000,
    });
    const store = storeOfAnyTable(stores, leasesOnce(leases));
    await store.prepareTable(tableConfig("one"));
    const bets = [{ playerId, spot: "red", amount: asChips(5) }];
    await playRound({ store, clock }, "one", { round: 1, bets });
    await openRound({ store, clock }, "one", 2);
    await store.voidRound({ tableId: "one", round: 2, reason: "a test", voidedAt: clock.now() });
    leases.close();
    await expectSoundBooks(pool);
  });

  it("becomes nobody who may change the books", async () => {
    const client = await pool.connect();
    const { rows } = await database.pool.query("SELECT quote_ident(current_user) AS owner");
    await expect(client.query(`SET ROLE ${rows[0].owner}`)).rejects.toThrow("permission denied");
    for (const role of ["RESET ROLE", "SET ROLE NONE", "SET SESSION AUTHORIZATION DEFAULT"]) {
      await client.query(role);
      const raise = "UPDATE accounts SET balance = balance + 1";
      await expect(client.query(raise)).rejects.toThrow("permission denied");
    }
    client.release(true);
  });

  it("may have no tables of its own", async () => {
    await expect(pool.query("CREATE TABLE mine (id int)")).rejects.toThrow("permission denied");
  });
});

describe("in one line it is told", () => {
  it("that somebody has nothing to do with the tables", async () => {
    const line = `^DATABASE_URL: ${login} may not work with .*: GRANT croupier_server TO ${login};$`;
    await expect(openAs(login)).rejects.toThrow(new RegExp(line));
  });

  it("that the owner of a new database may not act as the server", async () => {
    const old = database;
    const empty = new URL(database.url);
    empty.pathname = "/template1";
    database = await createTestDatabase(empty.href);
    const name = new URL(database.url).pathname.slice(1);
    await old.pool.query(`ALTER DATABASE ${name} OWNER TO ${login}`);
    await old.close();
    const line = `^Migration 0007_server_role.sql failed: .* As a superuser run once: GRANT croupier_server TO ${login};$`;
    await expect(openAs(login)).rejects.toThrow(new RegExp(line));
    await database.pool.query(`GRANT croupier_server TO ${login}`);
    expect(await workedAs(await openAs(login))).toMatchObject({ role: "croupier_server", login });
  });

  it("that the tables are older than the program", async () => {
    await olderDatabase("0008");
    await database.pool.query(`GRANT croupier_server TO ${login}`);
    const line = `^DATABASE_URL: the database lacks migration 0008_[^\\n]*. ${AS_OWNER}$`;
    await expect(openAs(login)).rejects.toThrow(new RegExp(line));
  });

  it("that the tables are of before there was the role", async () => {
    await olderDatabase("0007");
    await database.pool.query(`GRANT croupier_server TO ${login}`);
    const line = `^DATABASE_URL: the tables are of an older version, or were restored without [^\\n]*, and ${login} may not change them. ${AS_OWNER}$`;
    await expect(openAs(login)).rejects.toThrow(new RegExp(line));
  });

  it.each(["CURRENT_USER", "croupier_server"])(
    "that tables would not be where all others have them, for a schema of %s",
    async (name) => {
      await database.pool.query(`CREATE SCHEMA AUTHORIZATION ${name}`);
      const { rows } = await database.pool.query("SELECT quote_ident(current_user) AS owner");
      const { owner } = rows[0];
      const line = `^DATABASE_URL: the tables belong in the schema public, and ${owner} would work in \\w+\\. .*: ALTER ROLE ${owner} SET search_path = public;$`;
      await expect(openAs()).rejects.toThrow(new RegExp(line));
      // What that statement comes to, for this test alone: other tests have the same owner.
      await openAs(undefined, "-c search_path=public");
    },
  );

  it("that everybody may create in the schema, where it is a new database's", async () => {
    await olderDatabase("0000");
    await database.pool.query("GRANT CREATE ON SCHEMA public TO PUBLIC");
    const remedy = "REVOKE CREATE ON SCHEMA public FROM PUBLIC, croupier_server;";
    const line = `^The database lets croupier_server do .* as a superuser: ${remedy} Then prove `;
    await expect(openAs()).rejects.toThrow(new RegExp(line));
    await database.pool.query(remedy);
    expect(await workedAs(await openAs())).toMatchObject({ role: "croupier_server" });
  });

  it("that a login may not use the schema, where not everybody may", async () => {
    await database.pool.query(
      `REVOKE ALL ON SCHEMA public FROM PUBLIC;
       ALTER ROLE ${login} NOINHERIT; GRANT croupier_server TO ${login}`,
    );
    const remedy = `GRANT USAGE ON SCHEMA public TO ${login};`;
    const line = `^DATABASE_URL: the tables belong in the schema public, which ${login} may not use\\. .*: ${remedy}$`;
    await expect(openAs(login)).rejects.toThrow(new RegExp(line));
    await database.pool.query(remedy);
    expect(await workedAs(await openAs(login))).toMatchObject({ role: "croupier_server", login });
  });

  it.each(["9999", "0000"])(
    "that another made what it would call, and does not call it (migrations to %s)",
    async (end) => {
      if (end === "0000") await olderDatabase(end);
      await database.pool.query(
        `CREATE SCHEMA marks; CREATE TABLE marks.called (by text);
         GRANT CREATE ON SCHEMA public TO ${login}; SET ROLE ${login};
         CREATE FUNCTION public.quote_ident(name) RETURNS text LANGUAGE plpgsql AS $$
           BEGIN INSERT INTO marks.called VALUES (current_user); RETURN $1::text; END $$;
         RESET ROLE; REVOKE CREATE ON SCHEMA public FROM ${login}`,
      );
      const line =
        /made what the owner's functions would call\. .* DROP ROUTINE public\.quote_ident\(name\);/;
      await expect(openAs()).rejects.toThrow(line);
      const { rows } = await database.pool.query("SELECT by FROM marks.called");
      expect(rows).toEqual([]);
    },
  );

  it("that there are no tables, and who does not make them", async () => {
    await olderDatabase("0000");
    await database.pool.query(`GRANT croupier_server TO ${login}`);
    const line = `^DATABASE_URL: there are no tables yet, and ${login} may not make them. ${AS_OWNER}$`;
    await expect(openAs(login)).rejects.toThrow(new RegExp(line));
  });
});

describe("through something that does not pass on what connections begin with", () => {
  let pooler: Pooler;
  afterEach(() => pooler.close());

  const line = (user: string) =>
    new RegExp(
      `^DATABASE_URL: the server would work as ${user} here and not as croupier_server: [^\\n]* the address of Postgres itself\\.$`,
    );
  const owner = async () => {
    const { rows } = await database.pool.query("SELECT quote_ident(current_user) AS owner");
    return rows[0].owner;
  };

  it("the owner is refused before anything is written", async () => {
    await olderDatabase("0000");
    const refusal = line(await owner());
    pooler = await startPooler(database.url, () => "");
    await expect(openAs(undefined, undefined, pooler.url)).rejects.toThrow(refusal);
    const { rows } = await database.pool.query("SELECT FROM pg_tables WHERE schemaname = 'public'");
    expect(rows).toEqual([]);
  });

  it.each(["INHERIT", "NOINHERIT"])("a login of the server's own is refused (%s)", async (how) => {
    await database.pool.query(`ALTER ROLE ${login} ${how}; GRANT croupier_server TO ${login}`);
    pooler = await startPooler(database.url, () => "");
    await expect(openAs(login, undefined, pooler.url)).rejects.toThrow(line(login));
  });

  it("nobody works without the role, whatever else is passed on", async () => {
    pooler = await startPooler(database.url, (options) => options.replace(/-c role=\S+/, ""));
    const refusal = line(await owner());
    await expect(openAs(undefined, undefined, pooler.url)).rejects.toThrow(refusal);
  });

  it("all is well where nothing is lost", async () => {
    pooler = await startPooler(database.url, (options) => options);
    const opened = await openAs(undefined, undefined, pooler.url);
    expect(await workedAs(opened)).toMatchObject({ role: "croupier_server" });
    await closers.close();
  });
});

const AS_OWNER =
  "Start this version of the server once with the DATABASE_URL of the tables' owner\\.";

/** Goes on with a database that has only the migrations before `end`. */
async function olderDatabase(end: string): Promise<void> {
  await database.close();
  const empty = new URL(database.url);
  empty.pathname = "/template1";
  database = await createTestDatabase(empty.href);
  const folder = await mkdtemp(join(tmpdir(), "migrations-"));
  try {
    const migrations = join(import.meta.dirname, "db/migrations");
    const names = (await readdir(migrations)).filter((name) => name < end);
    for (const name of names) await copyFile(join(migrations, name), join(folder, name));
    if (names.length > 0) await migrate(database.pool, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
