/** The database of this process: the one that is given, or the embedded one. */
import type { Pool } from "pg";
import type { Config } from "./config/config.ts";
import { connectOrExplain } from "./db/connect.ts";
import { startEmbedded } from "./db/embedded.ts";
import { migrate } from "./db/migrate.ts";
import { createPool } from "./db/pool.ts";
import type { Closers } from "./platform/closers.ts";
import type { Logger } from "./platform/log.ts";

/** A pool on a database that answers and has the schema. */
export async function openDatabase(
  { databaseUrl, dataDir }: Pick<Config, "databaseUrl" | "dataDir">,
  log: Logger,
  closers: Closers,
): Promise<Pool> {
  let url = databaseUrl;
  if (url === null) {
    const embedded = await startEmbedded({ dataDir, log });
    closers.add("embedded Postgres", () => embedded.stop());
    url = embedded.url;
  }
  const pool = createPool(url, log);
  closers.add("database connections", () => pool.end());
  await connectOrExplain(pool);
  const applied = await migrate(pool);
  if (applied.length > 0) log.info({ applied }, "the database's schema is up to date");
  return pool;
}
