/**
 * A newer build of the server: this one with more migrations. They add to every table that a running
 * game reads and writes, as real ones would, and take nothing away.
 *
 * Each changes one table: a transaction that locks several meets those of the game in another order.
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../src/testing/processes.ts";

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

/** What a program that does not know them says. */
export const UNKNOWN_MIGRATION = /it has migration 999\d_newer_/;

/** Makes the build in `folder`, which is made as well. */
export function makeNewerBuild(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const skipped = join(repository, "server/node_modules");
  cpSync(join(repository, "server"), join(folder, "server"), {
    recursive: true,
    filter: (source) => source !== skipped,
  });
  for (const name of ["node_modules", "server/node_modules", "client", "package.json"]) {
    symlinkSync(join(repository, name), join(folder, name));
  }
  for (const [name, sql] of Object.entries(MIGRATIONS)) {
    writeFileSync(join(folder, "server/src/db/migrations", name), sql);
  }
}
