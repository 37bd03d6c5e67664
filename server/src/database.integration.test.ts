/** Who may open the database, and what it is opened as. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { systemClock } from "./platform/clock.ts";
import { Closers } from "./platform/closers.ts";
import { createLogger } from "./platform/log.ts";
import type { TestDatabase } from "./testing/database.ts";
import { createTestDatabase } from "./testing/database.ts";

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

function openAs(user?: string, options?: string) {
  const url = new URL(database.url);
  if (user !== undefined) [url.username, url.password] = [user, "secret"];
  if (options !== undefined) url.searchParams.set("options", options);
  const config = { databaseUrl: url.href, dataDir: "" };
  return openDatabase({ config, secrets, log, clock: systemClock }, closers);
}

async function workedAs(pool: Awaited<ReturnType<typeof openAs>>) {
  const { rows } = await pool.query(
    "SELECT current_user AS role, session_user AS login, current_setting('work_mem') AS memory",
  );
  return rows[0];
}

describe("the database is opened as the server's role", () => {
  it("by the tables' owner, with the options of its address", async () => {
    const pool = await openAs(undefined, "-c work_mem=7MB");
    expect(await workedAs(pool)).toMatchObject({ role: "croupier_server", memory: "7MB" });
  });

  it("by a user who is nothing but a member of it, and who finds the schema as it must be", async () => {
    await database.pool.query(`GRANT croupier_server TO ${login}`);
    const pool = await openAs(login);
    expect(await workedAs(pool)).toMatchObject({ role: "croupier_server", login });
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

  it("that the owner has to bring the schema up to date", async () => {
    await database.pool.query(
      `GRANT croupier_server TO ${login};
       DELETE FROM migrations WHERE name = (SELECT max(name) FROM migrations)`,
    );
    await expect(openAs(login)).rejects.toThrow(/^The database (lacks|has) [^\n]+$/);
  });
});
