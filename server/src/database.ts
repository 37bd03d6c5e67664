/** The database of this process: the one that is given, or the embedded one. */
import type { Pool } from "pg";
import type { Config } from "./config/config.ts";
import type { Secrets } from "./config/secrets.ts";
import { connectOrExplain } from "./db/connect.ts";
import { startEmbedded } from "./db/embedded.ts";
import { checkSchema, mayMigrate, migrate } from "./db/migrate.ts";
import { createPool, SERVER_ROLE } from "./db/pool.ts";
import type { Clock } from "./platform/clock.ts";
import type { Closers } from "./platform/closers.ts";
import type { Logger } from "./platform/log.ts";
import { checkRole, preflight } from "./preflight.ts";

export interface DatabaseOptions {
  readonly config: Pick<Config, "databaseUrl" | "unsafeDatabase" | "clockWasAhead" | "dataDir">;
  readonly secrets: Pick<Secrets, "seedKey" | "keep">;
  readonly log: Logger;
  readonly clock: Clock;
}

/** The process's connections, which work as the server's role. */
export interface Database {
  readonly pool: Pool;
  /**
   * Its connections are pipelined: one for the leases, whose questions overlap, and one for group commit,
   * which has one transaction under way at a time.
   */
  readonly pipelined: Pool;
}

/** Connections to a database that answers, may be written to, and has the schema. */
export async function openDatabase(options: DatabaseOptions, closers: Closers): Promise<Database> {
  const { log, clock } = options;
  const { databaseUrl, dataDir } = options.config;
  let url = databaseUrl;
  if (url === null) {
    const embedded = await startEmbedded({ dataDir, log, clock });
    closers.add("embedded Postgres", () => embedded.stop());
    url = embedded.url;
  }
  await bringUpToDate(url, options);
  const pool = createPool(url, log, { role: SERVER_ROLE });
  const pipelined = createPool(url, log, { role: SERVER_ROLE, pipeline: true, most: 3 });
  closers.add("database connections", async () => {
    await Promise.all([pool.end(), pipelined.end()]);
  });
  await connectOrExplain(pool);
  await checkRole(pool);
  return { pool, pipelined };
}

/**
 * As the tables' owner. A login that is not theirs finds the schema as it must be, or does not start; it
 * looks as the role that it works as, whose rights it may not have by itself.
 */
async function bringUpToDate(url: string, options: DatabaseOptions): Promise<void> {
  const { log } = options;
  const owned = await withPool(createPool(url, log, { most: 2 }), async (pool) => {
    await connectOrExplain(pool);
    if (!(await mayMigrate(pool))) return false;
    await lookOver(pool, options);
    const applied = await migrate(pool);
    if (applied.length === 0) return true;
    log.info({ applied }, "the database's schema is up to date");
    // What a new one lets the server's role do is seen when that is there, and not at the second start.
    await lookAt(pool, options);
    return true;
  });
  if (owned) return;
  await withPool(createPool(url, log, { most: 2, role: SERVER_ROLE }), async (pool) => {
    await lookOver(pool, options);
    await checkSchema(pool);
  });
}

async function lookOver(pool: Pool, options: DatabaseOptions): Promise<void> {
  await lookAt(pool, options);
  // Before anything is written that takes them.
  options.secrets.keep?.();
}

async function lookAt(pool: Pool, { config, secrets, clock }: DatabaseOptions): Promise<void> {
  const { unsafeDatabase, clockWasAhead } = config;
  const { seedKey } = secrets;
  await preflight(pool, { seedKey, now: clock.now(), unsafeDatabase, clockWasAhead });
}

async function withPool<Answer>(
  pool: Pool,
  work: (pool: Pool) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
