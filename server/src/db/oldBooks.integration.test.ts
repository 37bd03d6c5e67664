/** Books of before there were leases, hashes and a role come along whole. */
import { createHash, randomBytes } from "node:crypto";
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf, entropyOf } from "@croupier/shared/core/fairness";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { audit } from "../audit/audit.ts";
import type { AuditLine } from "../audit/checks.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { migrate } from "./migrate.ts";

const MIGRATIONS = join(import.meta.dirname, "migrations");

let database: TestDatabase;
let folder: string;

/** A database with the first four migrations. */
beforeEach(async () => {
  const empty = new URL(inject("postgresUrl"));
  empty.pathname = "/template1";
  database = await createTestDatabase(empty.href);
  folder = await mkdtemp(join(tmpdir(), "migrations-"));
  for (const name of (await readdir(MIGRATIONS)).filter((file) => file < "0005")) {
    await copyFile(join(MIGRATIONS, name), join(folder, name));
  }
  expect(await migrate(database.pool, folder)).toHaveLength(4);
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const dayAfter = (days: number): string =>
  new Date(Date.UTC(2020, 0, 1 + days)).toISOString().slice(0, 10);

/** A player with many daily grants, a void round, and one that is running. */
async function fill(): Promise<void> {
  const { pool } = database;
  const seed = randomBytes(32);
  const anchor = createHash("sha256").update(seed).digest();
  const digest = betsDigestOf([{ playerId: "ada", spot: "red", amount: asChips(5) }]);
  await pool.query("INSERT INTO accounts (kind, player_id) VALUES ('player', 'ada')");
  await pool.query(
    "INSERT INTO accounts (kind, table_id) VALUES ('escrow', 'old'), ('house', 'old')",
  );
  const moves = `INSERT INTO transfers (kind, debit_id, credit_id, amount, player_id, table_id, round, op,
      created_at)
    SELECT moved.kind, giver.id, taker.id, amount, player, "table", round, op,
      '2020-01-01 12:00:00.120Z'::timestamptz + place * interval '1 day'
    FROM json_to_recordset($1) AS moved (kind text, "from" text, "to" text,
        amount bigint, player text, "table" text, round bigint, op text, place bigint)
      JOIN accounts AS giver ON giver.kind = "from" JOIN accounts AS taker ON taker.kind = "to"
    ORDER BY place`;
  const [ada, table] = [{ player: "ada" }, { table: "old" }];
  const daily = { kind: "daily", from: "issuer", to: "player", amount: 1, ...ada };
  const played = { ...ada, ...table, amount: 5 };
  const moved = [
    ...Array.from({ length: 1_500 }, (_, day) => ({ ...daily, op: dayAfter(day) })),
    { kind: "bankroll", from: "issuer", to: "house", amount: 100, op: "first", ...table },
    { kind: "stake", from: "player", to: "escrow", round: 1, op: "a", ...played },
    { kind: "void", from: "escrow", to: "player", round: 1, ...played },
    { kind: "stake", from: "player", to: "escrow", round: 2, op: "b", ...played },
  ];
  await pool.query(moves, [JSON.stringify(moved.map((row, place) => ({ ...row, place })))]);
  await pool.query(
    `INSERT INTO seed_chains (table_id, first_round, length, anchor, sealed, created_at)
     VALUES ('old', 1, 2, $1, '', now())`,
    [anchor],
  );
  const round = `INSERT INTO rounds (table_id, round, status, wheel, zero_rule, commitment, entropy,
      client_seeds, bets_digest, seed, reason, opened_at, settled_at)
    VALUES ('old', $1, $2, 'european', 'none', $3, $4, '[]', $5, $6, $7, '2026-03-02', $8)`;
  const entropy = entropyOf([]);
  await pool.query(round, [1, "void", anchor, entropy, digest, seed, "a test", "2026-03-03"]);
  await pool.query(round, [2, "open", seed, entropy, null, null, null, null]);
  await pool.query(
    `INSERT INTO operations (table_id, round, player_id, op, kind, content, ticket, changes,
       stake_change, stake_after, balance_after, posted_at)
     SELECT 'old', round, 'ada', op, 'bet', '', gen_random_uuid(), '[["red", 5]]', 5, 5, 1495, now()
     FROM (VALUES (1, 'a'), (2, 'b')) AS asked (round, op)`,
  );
  await pool.query(
    "INSERT INTO bets (table_id, round, player_id, spot, amount, returned) VALUES ('old', 1, 'ada', 'red', 5, 5)",
  );
}

it("chains what there is, and the audit finds it sound", async () => {
  await fill();
  await database.pool.query("SET timezone = 'Asia/Kolkata'");
  expect((await migrate(database.pool))[0]).toBe("0005_leases.sql");
  const lines: AuditLine[] = [];
  const { sound, heads } = await audit(database.pool, { tell: (line) => lines.push(line) });
  expect(lines.flatMap(({ faults }) => faults)).toEqual([]);
  expect(sound).toBe(true);
  expect(heads).toMatchObject({
    "": { blocks: 2, transfers: 1_500 },
    old: { blocks: 1, transfers: 4 },
  });
});

it("brings along what the rules of today refuse, and the audit names it", async () => {
  await fill();
  await database.pool.query(
    `INSERT INTO transfers (kind, debit_id, credit_id, amount, player_id, op, created_at)
     SELECT kind, debit_id, credit_id, amount, player_id, 'another day', created_at
     FROM transfers WHERE op = '2020-01-02'`,
  );
  await migrate(database.pool);
  const lines: AuditLine[] = [];
  const { sound } = await audit(database.pool, { tell: (line) => lines.push(line) });
  expect(lines.flatMap(({ faults }) => faults)).toEqual([
    "player ada got daily chips 2 times on 2020-01-02",
  ]);
  expect(sound).toBe(false);
});

it("comes along empty as well", async () => {
  await migrate(database.pool);
  const { sound, heads } = await audit(database.pool, { tell: () => undefined });
  expect([sound, heads]).toEqual([true, {}]);
});
