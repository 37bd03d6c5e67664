/** The embedded Postgres' cluster on disk: its folder, its one role, and how it is made. */
import { randomBytes } from "node:crypto";
import {
  chmod,
  chown,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { flushFolder, writeDurably } from "../platform/durableFile.ts";
import type { PostgresBinaries } from "./embeddedBinaries.ts";
import type { PostgresUser } from "./embeddedUser.ts";
import { EmbeddedPostgresError } from "./embeddedUser.ts";
import { inOneLine } from "./errors.ts";

export const ROLE = "croupier";

export interface Cluster {
  readonly folder: string;
  readonly password: string;
  readonly user: PostgresUser;
  readonly binaries: PostgresBinaries;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * The password of the cluster, made at the first start; an empty one is what a power cut left of that.
 * For one process at a time.
 */
export async function passwordIn(dataDir: string): Promise<string> {
  const path = join(dataDir, "postgres.password");
  const kept = (await readIfThere(path)).trim();
  if (kept !== "") return kept;
  const made = randomBytes(24).toString("hex");
  writeDurably(path, made);
  return made;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** Makes the cluster where there is none. */
export async function ensureCluster(cluster: Cluster): Promise<void> {
  const made = await stat(join(cluster.folder, "PG_VERSION")).catch(() => null);
  if (made === null) await initialise(cluster);
}

/**
 * Makes the cluster beside its place and moves it there whole, so that no half of one is found. Each
 * making has a place of its own: what a process began that was killed may still be at work in the last.
 */
async function initialise({ folder, password, user, binaries }: Cluster): Promise<void> {
  await forgetMakings(folder);
  const making = await mkdtemp(`${folder}.making-`);
  const passwordFile = `${making}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.owner !== null) {
    await chown(making, user.owner.uid, user.owner.gid);
    await chown(passwordFile, user.owner.uid, user.owner.gid);
  }
  try {
    await user.run(binaries.initdb, [
      `--pgdata=${making}`,
      `--username=${ROLE}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
    ]);
  } catch (error) {
    throw new EmbeddedPostgresError(`The embedded Postgres cannot be set up: ${lastLine(error)}`, {
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await chmod(making, 0o700);
  await rename(making, folder);
  flushFolder(dirname(folder));
}

/** Removes what is left of interrupted ones, as far as nobody works in it. */
async function forgetMakings(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.making`)) continue;
    const left = join(dirname(folder), name);
    await rm(left, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What a program said last on its standard error. */
export function lastLine(error: unknown): string {
  const told = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  return told.split("\n").at(-1) || inOneLine(error);
}
