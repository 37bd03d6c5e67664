/** A database of a test file's own, with the schema and nothing in it. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import pg from "pg";
import { inject } from "vitest";
import { createPool, SERVER_ROLE } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";

export interface TestDatabase {
  readonly url: string;
  /** As the owner of the tables, who may do anything. */
  readonly pool: Pool;
  /** As the server. */
  readonly serverPool: Pool;
  /** As the server, pipelined. */
  readonly pipelined: Pool;
  /** Ends the pools: the database can be copied then. */
  disconnect(): Promise<void>;
  /** Ends the pools and drops the database. */
  close(): Promise<void>;
}

/**
 * Copies the run's template, or another database that nobody is connected to. Call it once a file (or
 * test), and `close` at the end.
 */
export async function createTestDatabase(from = inject("postgresUrl")): Promise<TestDatabase> {
  const template = new URL(from);
  const source = template.pathname.slice(1);
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await administrate(template, `CREATE DATABASE ${name} TEMPLATE ${source}`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  const log = createLogger("silent");
  const pool = createPool(url.href, log);
  const serverPool = createPool(url.href, log, { role: SERVER_ROLE });
  const pipelined = createPool(url.href, log, { role: SERVER_ROLE, pipeline: true });
  const disconnect = async () => {
    for (const open of [pool, serverPool, pipelined]) if (!open.ended) await open.end();
  };
  return {
    url: url.href,
    pool,
    serverPool,
    pipelined,
    disconnect,
    close: async () => {
      await disconnect();
      await administrate(template, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Runs one statement from the outside of all test databases. */
async function administrate(template: URL, statement: string): Promise<void> {
  const url = new URL(template);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
