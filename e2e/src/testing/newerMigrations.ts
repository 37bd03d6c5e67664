/**
 * Migrations of a newer version of the server. They add to every table that a running game reads and
 * writes, as real ones would, and take nothing away.
 *
 * Each changes one table: a transaction that locks several meets those of the game in another order.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where a server looks for its migrations, from its root. */
export const MIGRATIONS_FOLDER = "server/src/db/migrations";

const HOT = ["accounts", "transfers", "rounds", "operations", "bets", "players", "leases"];

/** By name, after whatever comes meanwhile. */
const MIGRATIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    HOT.map((table) => [
      `9990_newer_${table}.sql`,
      `ALTER TABLE ${table} ADD COLUMN newer_note text;\n`,
    ]),
  ),
  "9991_newer_notes.sql":
    "CREATE TABLE newer_notes (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, note text);\n",
};

/** The names of those that a database has had. */
export const NEWER_APPLIED =
  "SELECT name FROM migrations WHERE name LIKE '999_\\_newer%' ORDER BY name";
export const NEWER_NAMES: readonly string[] = Object.keys(MIGRATIONS).sort();

/** What a program that does not know them says. */
export const UNKNOWN_MIGRATION = /it has migration 999\d_newer_/;

/** Writes them into a folder that there is. */
export function writeNewerMigrations(folder: string): void {
  for (const [name, sql] of Object.entries(MIGRATIONS)) writeFileSync(join(folder, name), sql);
}
