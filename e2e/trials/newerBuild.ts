/** A newer build of the server: this one with more migrations. */
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { MIGRATIONS_FOLDER, writeNewerMigrations } from "../src/testing/newerMigrations.ts";
import { repository } from "../src/testing/processes.ts";

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
  writeNewerMigrations(join(folder, MIGRATIONS_FOLDER));
}
