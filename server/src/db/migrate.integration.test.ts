import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { checkSchema, migrate } from "./migrate.ts";
import { createPool } from "./pool.ts";

let database: TestDatabase;
/** A copy of the migrations, to play with. */
let folder: string;
const original = join(import.meta.dirname, "migrations");

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "migrations-"));
  for (const name of await readdir(original))
    await copyFile(join(original, name), join(folder, name));
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

it("applies each migration once", async () => {
  expect(await migrate(database.pool)).toEqual([]);
  await writeFile(join(folder, "9000_more.sql"), "CREATE TABLE more (id int)");
  await expect(checkSchema(database.pool, folder)).rejects.toThrow("lacks migration 9000_more.sql");
  expect(await migrate(database.pool, folder)).toEqual(["9000_more.sql"]);
  expect(await migrate(database.pool, folder)).toEqual([]);
  await checkSchema(database.pool, folder);
});

it("lets many processes start at the same time", async () => {
  await writeFile(join(folder, "9000_more.sql"), "CREATE TABLE more (id int)");
  const pools = Array.from({ length: 4 }, () => createPool(database.url, createLogger("silent")));
  const applied = await Promise.all(pools.map((pool) => migrate(pool, folder)));
  expect(applied.flat()).toEqual(["9000_more.sql"]);
  await Promise.all(pools.map((pool) => pool.end()));
});

it("leaves nothing of a migration that fails", async () => {
  await writeFile(join(folder, "9000_more.sql"), "CREATE TABLE more (id int); SELECT 1 / 0");
  await expect(migrate(database.pool, folder)).rejects.toThrow(/9000_more.sql failed: .*division/);
  await writeFile(join(folder, "9000_more.sql"), "CREATE TABLE more (id int)");
  expect(await migrate(database.pool, folder)).toEqual(["9000_more.sql"]);
});

it("gives way to the game where each has what the other waits for, and goes on after it", async () => {
  const sql = "LOCK TABLE accounts; LOCK TABLE transfers; CREATE TABLE more (id int)";
  await writeFile(join(folder, "9000_more.sql"), sql);
  const waiting = async () => {
    const { rows } = await database.pool.query(
      `SELECT count(*) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0].count;
  };
  const game = await database.pool.connect();
  await game.query("BEGIN");
  await game.query("SELECT FROM transfers LIMIT 1");
  const migrated = migrate(database.pool, folder);
  await expect.poll(waiting, { interval: 5 }).toBe(1);
  await game.query("SELECT FROM accounts LIMIT 1");
  await game.query("COMMIT");
  game.release();
  expect(await migrated).toEqual(["9000_more.sql"]);
});

it("stops where a migration was changed after it had been applied", async () => {
  await writeFile(join(folder, "0001_ledger.sql"), "SELECT 1");
  await expect(migrate(database.pool, folder)).rejects.toThrow("0001_ledger.sql was changed");
});

it("stops where the database is newer than the program", async () => {
  await rm(join(folder, "0004_settled_at.sql"));
  await expect(migrate(database.pool, folder)).rejects.toThrow("has migration 0004_settled_at.sql");
});

it("stops where a migration comes before one that was applied", async () => {
  await writeFile(join(folder, "0002_a_late_one.sql"), "SELECT 1");
  await expect(migrate(database.pool, folder)).rejects.toThrow("0002_a_late_one.sql comes before");
});
