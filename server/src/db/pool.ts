/** The process's connections to Postgres, and the one border where its integers become numbers. */

import type { Pool, PoolConfig } from "pg";
import pg from "pg";
import type { Logger } from "../platform/log.ts";
import { inOneLine } from "./errors.ts";
import { asSafeInteger } from "./integers.ts";

const INT8 = 20;

/** `bigint` becomes a number that is known to be exact; all else as pg has it. */
const types: NonNullable<PoolConfig["types"]> = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === INT8 && format !== "binary"
      ? asSafeInteger
      : pg.types.getTypeParser(oid, format ?? "text"),
};

/** What the server works as: it may add to the books, and never change them; see the migrations. */
export const SERVER_ROLE = "croupier_server";

/** For a connection that neither answers nor ends: a little more than the server's own limit. */
export const ANSWER_SHARE = 1.5;

export interface PoolOptions {
  /** Connections at a time. */
  readonly most?: number;
  /** How long one statement may take; 0: as long as it likes. */
  readonly statementMs?: number;
  /** What the connections work as; as the user of `url` where there is none. */
  readonly role?: string;
  /** Statements are sent without waiting for the answer to the one before; such do no COPY. */
  readonly pipeline?: boolean;
}

/**
 * A pool of connections to `url`. What they commit is on disk before it is answered. Statements,
 * transactions that do nothing, and waits for a lock or a connection end by themselves; a connection
 * that dies while idle is logged and replaced.
 */
export function createPool(url: string, log: Logger, options: PoolOptions = {}): Pool {
  const { most = 12, statementMs = 5_000, pipeline = false } = options;
  const pool = new pg.Pool({
    connectionString: withSettings(url, settingsOf(options)),
    max: most,
    pipeline,
    types,
    application_name: "croupier",
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementMs,
    query_timeout: statementMs * ANSWER_SHARE,
    lock_timeout: 2_000,
    // Shorter than a lease: a process that hangs in a transaction does not keep its tables from others.
    idle_in_transaction_session_timeout: 2_000,
  });
  pool.on("error", (error) => log.warn({ reason: inOneLine(error) }, "lost an idle connection"));
  // Between checkouts the pool listens; while a transaction holds the client, this does.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** What connections are told at their start, by the settings' names. */
function settingsOf({ role, pipeline }: PoolOptions): Readonly<Record<string, string>> {
  return {
    synchronous_commit: "on",
    ...(role === undefined ? {} : { role }),
    // What travels together looks rows up by their keys, a few at a time, again and again. Planned for
    // each asking, as Postgres does by itself, it costs a flush a seventh more of the database's time.
    ...(pipeline === true ? { plan_cache_mode: "force_generic_plan" } : {}),
  };
}

/**
 * The address with settings of ours after the options that it may have. They prevail over whatever the
 * database, or its user, is set to: a bet must not be answered before it outlives a crash.
 */
function withSettings(address: string, settings: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  url.searchParams.set("options", [url.searchParams.get("options"), ...options].join(" ").trim());
  return url.href;
}
