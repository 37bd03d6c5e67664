/**
 * The leases of tables in Postgres, over one connection of its own.
 *
 * That connection is the sign of life that a crash cannot forge: the database sees it end the moment
 * its process dies, so a dead holder's tables are free at once. A holder that hangs keeps its
 * connection; its leases end by the database's clock. While the database itself was away nobody
 * could show life, so for some moments after its start nobody is taken for dead.
 */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import type { Logger } from "../platform/log.ts";
import type { Lease, LeaseStore } from "../tables/lease.ts";
import { BEAT_MS, LEASE_MS } from "../tables/lease.ts";
import { BankUnavailableError } from "../tables/store.ts";

/** A beat that takes longer than this has failed: the next one is due. */
const ANSWER_MS = 2_000;

const IS_FREE = `(
  held.holder IS NULL OR held.holder = $2
  OR (held.expires_at < clock_timestamp()
    AND pg_postmaster_start_time() < clock_timestamp() - interval '${2 * BEAT_MS} ms')
  OR (held.renewed_at > pg_postmaster_start_time()
    AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = held.backend)))`;

const LIFE = `interval '${LEASE_MS} ms'`;

export interface TableLeasesOptions {
  readonly pool: Pool;
  readonly log: Logger;
  /** The connection ended: others may take this process for dead. */
  readonly disconnected: () => void;
}

export class TableLeases implements LeaseStore {
  readonly #options: TableLeasesOptions;
  /** New with each start of the process. */
  readonly #holder = randomUUID();
  #client: PoolClient | null = null;
  #closed = false;

  constructor(options: TableLeasesOptions) {
    this.#options = options;
  }

  take(tableIds: readonly string[]): Promise<readonly Lease[]> {
    // Only what is free is touched: a row that is held must not be locked by every beat of everyone.
    return this.#ask(
      `WITH free AS (
         SELECT wanted.table_id FROM unnest($1::text[]) AS wanted (table_id)
           LEFT JOIN leases AS held USING (table_id)
         WHERE held.table_id IS NULL OR ${IS_FREE})
       INSERT INTO leases AS held (table_id, epoch, holder, backend, renewed_at, expires_at)
       SELECT table_id, 1, $2, pg_backend_pid(), clock_timestamp(), clock_timestamp() + ${LIFE}
       FROM free ORDER BY table_id
       ON CONFLICT (table_id) DO UPDATE SET epoch = held.epoch + 1, holder = excluded.holder,
         backend = excluded.backend, renewed_at = clock_timestamp(),
         expires_at = clock_timestamp() + ${LIFE}
       WHERE ${IS_FREE}
       RETURNING table_id, epoch`,
      [tableIds, this.#holder],
    );
  }

  renew(leases: readonly Lease[]): Promise<readonly Lease[]> {
    return this.#ask(
      `UPDATE leases SET backend = pg_backend_pid(), renewed_at = clock_timestamp(),
         expires_at = clock_timestamp() + ${LIFE}
       FROM unnest($1::text[], $2::bigint[]) AS mine (table_id, epoch)
       WHERE leases.table_id = mine.table_id AND leases.epoch = mine.epoch AND holder = $3
       RETURNING leases.table_id, leases.epoch`,
      [...columnsOf(leases), this.#holder],
    );
  }

  async release(leases: readonly Lease[]): Promise<void> {
    await this.#ask(
      `UPDATE leases SET holder = NULL, backend = NULL
       FROM unnest($1::text[], $2::bigint[]) AS mine (table_id, epoch)
       WHERE leases.table_id = mine.table_id AND leases.epoch = mine.epoch AND holder = $3
       RETURNING leases.table_id, leases.epoch`,
      [...columnsOf(leases), this.#holder],
    );
  }

  /** Ends the connection. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #ask(text: string, values: unknown[]): Promise<readonly Lease[]> {
    try {
      const client = await this.#connected();
      const query = { text, values, query_timeout: ANSWER_MS };
      const { rows } = await client.query<{ table_id: string; epoch: number }>(query);
      return rows.map(({ table_id, epoch }) => ({ tableId: table_id, epoch }));
    } catch (error) {
      if (!isPassing(error)) throw error;
      // What was asked may be under way still; a new connection does not wait behind it.
      this.#drop();
      const told = `the leases are not available: ${inOneLine(error)}`;
      throw new BankUnavailableError(told, { cause: error });
    }
  }

  async #connected(): Promise<PoolClient> {
    if (this.#client !== null) return this.#client;
    const client = await this.#options.pool.connect();
    this.#client = client;
    client.once("end", () => {
      if (this.#client !== client || this.#closed) return;
      this.#options.log.warn("lost the connection of the leases");
      this.#drop();
      this.#options.disconnected();
    });
    return client;
  }

  #drop(): void {
    const client = this.#client;
    this.#client = null;
    client?.release(true);
  }
}

function columnsOf(leases: readonly Lease[]): [string[], number[]] {
  return [leases.map(({ tableId }) => tableId), leases.map(({ epoch }) => epoch)];
}
