/**
 * One throwaway Postgres for a whole run of the tests: an embedded cluster in a temporary folder,
 * with a database that has the schema, of which each test file takes a copy.
 *
 * Nothing in it has to outlive the run, so it does not wait for the disk.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";
import { createPool } from "../db/pool.ts";
import { findPostmaster } from "../db/postmaster.ts";
import { createLogger } from "../platform/log.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The address of the run's database with the schema: a template, never to be changed. */
    postgresUrl: string;
  }
}

/** Starts the cluster; answers what stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "croupier-test-"));
  // Where root runs the tests, Postgres is another user, who must pass through.
  await chmod(folder, 0o711);
  const log = createLogger("warn");
  const settings = { fsync: "off", full_page_writes: "off", max_connections: "200" };
  const postgres = await startEmbedded({ dataDir: folder, log, settings });
  const postmaster = await findPostmaster(join(folder, "postgres"));
  // Where the run ends without its teardown, at least no server is left behind.
  const abandon = () => {
    if (postmaster !== null) process.kill(postmaster.pid, "SIGQUIT");
  };
  process.once("exit", abandon);
  const pool = createPool(postgres.url, log);
  await migrate(pool);
  await pool.end();
  project.provide("postgresUrl", postgres.url);
  return async () => {
    await postgres.stop();
    process.off("exit", abandon);
    await rm(folder, { recursive: true, force: true });
  };
}
