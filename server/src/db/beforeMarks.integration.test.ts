/** Processes of before leases left marks go on while the books begin to ask for these. */
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PoolClient } from "pg";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { migrate } from "./migrate.ts";

const MIGRATIONS = join(import.meta.dirname, "migrations");

let database: TestDatabase;
let folder: string;
const clients: PoolClient[] = [];

/** A table of before, with its accounts and its lease. */
beforeEach(async () => {
  const empty = new URL(inject("postgresUrl"));
  empty.pathname = "/template1";
  database = await createTestDatabase(empty.href);
  folder = await mkdtemp(join(tmpdir(), "migrations-"));
  for (const name of (await readdir(MIGRATIONS)).filter((file) => file < "0017")) {
    await copyFile(join(MIGRATIONS, name), join(folder, name));
  }
  await migrate(database.pool, folder);
  await database.pool.query(
    `INSERT INTO accounts (kind, table_id) VALUES ('escrow', 'old'), ('house', 'old');
     INSERT INTO leases VALUES ('old', 1, NULL, NULL, now(), now())`,
  );
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.release(true);
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const hold = (client: PoolClient) => client.query("SELECT hold_lease('old', 1)");
const fillUp = (client: PoolClient, need: string) =>
  client.query(
    `INSERT INTO transfers (kind, debit_id, credit_id, amount, table_id, op, created_at)
     SELECT 'bankroll', issuer.id, house.id, 1, 'old', $1, now()
     FROM accounts AS issuer, accounts AS house
     WHERE issuer.kind = 'issuer' AND house.kind = 'house'`,
    [need],
  );
const waiting = async () => {
  const { rows } = await database.pool.query(
    `SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0].count;
};

/** A connection of a server, in a transaction. */
async function begin(): Promise<PoolClient> {
  const client = await database.serverPool.connect();
  clients.push(client);
  await client.query("BEGIN");
  return client;
}

it("lets who held a lease before finish, and who asks meanwhile write after it", async () => {
  const [before, meanwhile] = [await begin(), await begin()];
  await hold(before);
  const migrated = migrate(database.pool);
  await expect.poll(waiting, { interval: 5 }).toBe(1);
  const held = hold(meanwhile);
  await fillUp(before, "before");
  await before.query("COMMIT");
  await held;
  await fillUp(meanwhile, "meanwhile");
  await meanwhile.query("COMMIT");
  expect((await migrated).slice(0, 2)).toEqual([
    "0017_marks_of_leases.sql",
    "0018_written_under_leases.sql",
  ]);
  await expect(fillUp(before, "after")).rejects.toMatchObject({ code: "CR001" });
});
