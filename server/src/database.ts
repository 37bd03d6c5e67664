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
import { preflight } from "./preflight.ts";

export interface DatabaseOptions {
  readonly config: Pick<Config, "databaseUrl" | "dataDir">;
  readonly secrets: Pick<Secrets, "seedKey">;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * A pool on a database that answers, may be written to, and has the schema; it works as the server's
 * role.
 */
export async function openDatabase(options: DatabaseOptions, closers: Closers): Promise<Pool> {
  const { log } = options;
  const { databaseUrl, dataDir } = options.config;
  let url = databaseUrl;
  if (url === null) {
    const embedded = await startEmbedded({ dataDir, log });
    closers.add("embedded Postgres", () => embedded.stop());
    url = embedded.url;
  }
  await bringUpToDate(url, options);
  const pool = createPool(url, log, { role: SERVER_ROLE });
  closers.add("database connections", () => pool.end());
  await connectOrExplain(pool);
  return pool;
}

/** As the tables' owner. A login that owns nothing finds the schema as it must be, or does not start. */
async function bringUpToDate(
  url: string,
  { log, clock, secrets: { seedKey } }: DatabaseOptions,
): Promise<void> {
  const pool = createPool(url, log, { most: 2 });
  try {
    await connectOrExplain(pool);
    const owned = await mayMigrate(pool);
    await preflight(pool, { seedKey, now: clock.now() });
    if (!owned) return await checkSchema(pool);
    const applied = await migrate(pool);
    if (applied.length > 0) log.info({ applied }, "the database's schema is up to date");
  } finally {
    await pool.end();
  }
}
