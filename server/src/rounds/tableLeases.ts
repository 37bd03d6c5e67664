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
import { DatabaseError } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import type { Logger } from "../platform/log.ts";
import { retrying } from "../platform/retry.ts";
import type { Lease, LeaseStore } from "../tables/lease.ts";
import { BEAT_MS, LEASE_MS } from "../tables/lease.ts";
import type {
  Census,
  CensusStore,
  SelfReport,
  SharedTable,
  SharingProcess,
} from "../tables/sharing.ts";
import { BankUnavailableError } from "../tables/store.ts";

/** Tells the others that tables were given up. */
const CHANNEL = "croupier_leases";
/** A beat that takes longer than this has failed: the next one is due. */
const ANSWER_MS = 2_000;
/** Shorter, so that a row that somebody holds on to costs a statement, and not the connection. */
const LOCK_MS = 1_000;
/** The database takes no writes over this connection: another one may lead to its successor. */
const READ_ONLY = "25006";

/** A table's very first lease, asked for by several at once: whoever lost sees it, asking again. */
const LOST_RACES = { tries: 5, firstMs: 1, longestMs: 10 };
const isLostRace = (error: unknown): boolean =>
  (error as { readonly constraint?: unknown }).constraint === "leases_epoch";

/** A start to come is one of before the database's clock was set back: it says nothing. */
const IS_FREE = `(
  held.holder IS NULL OR held.holder = $2
  OR (held.expires_at < clock_timestamp() AND pg_postmaster_start_time()
    NOT BETWEEN clock_timestamp() - interval '${2 * BEAT_MS} ms' AND clock_timestamp())
  OR ((held.renewed_at > pg_postmaster_start_time() OR pg_postmaster_start_time() > clock_timestamp())
    AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = held.backend)))`;

/** A process that shows life, and whose connection is there. */
const LIVES = `(processes.expires_at > clock_timestamp()
  AND EXISTS (SELECT FROM pg_stat_activity WHERE pid = processes.backend))`;

const LIFE = `interval '${LEASE_MS} ms'`;

/** How long a process that shows no life any more is listed: it may have been killed, and come again. */
export const LISTED_FOR = "interval '1 minute'";

/** On the way of who comes, and of who looks; whoever is just coming back is let be. */
const FORGETS_GONE = `gone AS (
    DELETE FROM processes WHERE holder IN (
      SELECT holder FROM processes WHERE expires_at < clock_timestamp() - ${LISTED_FOR}
      FOR UPDATE SKIP LOCKED))`;

const REPORT = `
  WITH ${FORGETS_GONE}
  INSERT INTO processes (holder, public_address, backend, accepts, players, expires_at, started_at,
    secrets_mark, table_ids)
  VALUES ($1, $2, pg_backend_pid(), $5, $6, clock_timestamp() + ${LIFE},
    coalesce($3, clock_timestamp()), $4, $7)
  ON CONFLICT (holder) DO UPDATE SET public_address = excluded.public_address,
    backend = excluded.backend, accepts = excluded.accepts, players = excluded.players,
    expires_at = excluded.expires_at, table_ids = excluded.table_ids
  RETURNING started_at::text AS "startedAt"`;

/** Whoever only waits for an address, and may be refused it, takes no tables. */
const PROCESSES = `SELECT ${LIVES} AS lives, holder, accepts, table_ids AS "tableIds",
    coalesce(public_address = $2 AND accepts AND (started_at, holder) > ($3, $1), false)
      AS "isSuccessor"
  FROM processes ORDER BY holder`;

/** The process, of which $1 to $4 tell, lives; what it told of its tables stays as it is. */
const ALIVE = (from = "") => `
  INSERT INTO processes (holder, public_address, backend, accepts, players, expires_at, started_at,
    secrets_mark)
  SELECT $1, $2, pg_backend_pid(), false, '{}', clock_timestamp() + ${LIFE},
    coalesce($3, clock_timestamp()), $4 ${from}
  ON CONFLICT (holder) DO UPDATE SET public_address = excluded.public_address,
    backend = excluded.backend, expires_at = excluded.expires_at`;

/** One after the other, so that whoever began earlier is seen by whoever began later. */
const ANNOUNCE = `
  WITH ${FORGETS_GONE},
    turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('croupier_processes')))
  ${ALIVE("FROM turn")}
  RETURNING started_at::text AS "startedAt"`;

/** Living processes that were there before this one, its holder being $1. */
const EARLIER = `
  SELECT FROM processes JOIN processes AS own ON own.holder = $1
  WHERE ${LIVES}
    AND (processes.started_at, processes.holder) < (own.started_at, own.holder)`;
const EARLIER_THERE = `${EARLIER} AND processes.public_address = $2`;
/** One of a version before says nothing of its secrets. */
const EARLIER_WITH_OTHERS = `${EARLIER} AND processes.secrets_mark <> own.secrets_mark`;

/** Those that are asked for, and whatever else somebody runs. */
const TABLES = `
  SELECT table_id AS "tableId",
    CASE WHEN held.table_id IS NULL OR (held.holder <> $2 AND ${IS_FREE}) THEN NULL
      ELSE held.holder END AS holder,
    coalesce((processes.players ->> table_id)::integer, 0) AS players,
    CASE WHEN held.holder IS NULL THEN held.offered_to END AS "offeredTo"
  FROM leases AS held
    FULL JOIN unnest($1::text[]) AS wanted (table_id) USING (table_id)
    LEFT JOIN processes ON processes.holder = held.holder
  WHERE wanted.table_id IS NOT NULL OR NOT ${IS_FREE}
  ORDER BY table_id`;

interface ListedProcess extends SharingProcess {
  /** False: it was killed within the last minute, or hangs; who ends in good order leaves nothing behind. */
  readonly lives: boolean;
  /** It started later than this process, and clients reach it at this one's address. */
  readonly isSuccessor: boolean;
}

export interface TableLeasesOptions {
  /** Of pipelined connections: a beat does not wait for what else is asked. */
  readonly pool: Pool;
  readonly log: Logger;
  /** The connection ended: others may take this process for dead. */
  readonly disconnected: () => void;
  /** Somebody gave tables up. */
  readonly released?: () => void;
  /** How clients reach this process through the proxy. */
  readonly publicAddress?: string | null;
  /** Another process has that by now; told once. */
  readonly replaced?: () => void;
  /** The same for all processes with the same secrets. */
  readonly secretsMark?: string;
}

export class TableLeases implements LeaseStore, CensusStore {
  readonly #options: TableLeasesOptions;
  /** New with each start of the process. */
  readonly holder = randomUUID();
  #client: PoolClient | null = null;
  /** All that is asked meanwhile waits for the same connection. */
  #connecting: Promise<PoolClient> | null = null;
  #closed = false;
  /** What it says of its address; null as well where another process has that by now. */
  #publicAddress: string | null;
  /** By the database's clock; kept, since a process that shows no life for long is forgotten there. */
  #startedAt: string | null = null;

  constructor(options: TableLeasesOptions) {
    this.#options = options;
    this.#publicAddress = options.publicAddress ?? null;
  }

  take(tableIds: readonly string[]): Promise<readonly Lease[]> {
    return retrying(() => this.#take(tableIds), LOST_RACES, isLostRace);
  }

  #take(tableIds: readonly string[]): Promise<readonly Lease[]> {
    // Only what is free is touched: a row that is held must not be locked by every beat of everyone. Nor
    // is a row waited for that somebody writes under, or holds on to: all others would wait with it.
    return this.#ask(
      `WITH left_over AS MATERIALIZED (
         SELECT table_id FROM leases AS held WHERE table_id = ANY($1) AND ${IS_FREE}
         ORDER BY table_id FOR UPDATE SKIP LOCKED),
       free AS (
         SELECT table_id FROM left_over
         UNION ALL
         SELECT table_id FROM unnest($1::text[]) AS wanted (table_id)
         WHERE NOT EXISTS (SELECT FROM leases WHERE leases.table_id = wanted.table_id))
       INSERT INTO leases AS held (table_id, epoch, holder, backend, renewed_at, expires_at)
       SELECT table_id, 1, $2, pg_backend_pid(), clock_timestamp(), clock_timestamp() + ${LIFE}
       FROM free ORDER BY table_id
       ON CONFLICT (table_id) DO UPDATE SET epoch = held.epoch + 1, holder = excluded.holder,
         backend = excluded.backend, renewed_at = clock_timestamp(),
         expires_at = clock_timestamp() + ${LIFE}
       WHERE ${IS_FREE}
       RETURNING table_id, epoch`,
      [tableIds, this.holder],
    );
  }

  renew(leases: readonly Lease[]): Promise<readonly Lease[]> {
    return this.#ask(
      `WITH alive AS (${ALIVE()})
       UPDATE leases SET backend = pg_backend_pid(), renewed_at = clock_timestamp(),
         expires_at = clock_timestamp() + ${LIFE}
       FROM unnest($5::text[], $6::bigint[]) AS mine (table_id, epoch)
       WHERE leases.table_id = mine.table_id AND leases.epoch = mine.epoch AND holder = $1
       RETURNING leases.table_id, leases.epoch`,
      [...this.#self(this.#publicAddress), ...columnsOf(leases)],
    );
  }

  async release(leases: readonly Lease[], receiver: string | null = null): Promise<void> {
    await this.#ask(
      `UPDATE leases SET holder = NULL, backend = NULL, offered_to = $4
       FROM unnest($1::text[], $2::bigint[]) AS mine (table_id, epoch)
       WHERE leases.table_id = mine.table_id AND leases.epoch = mine.epoch AND holder = $3
       RETURNING leases.table_id, leases.epoch`,
      [...columnsOf(leases), this.holder, receiver],
    );
    await this.#query(`NOTIFY ${CHANNEL}`, []);
  }

  async census(self: SelfReport): Promise<Census> {
    const { publicAddress = null } = this.#options;
    const told = [self.accepts, JSON.stringify(Object.fromEntries(self.players)), self.tableIds];
    await this.#tell(REPORT, [...this.#self(this.#publicAddress), ...told]);
    const looking = [this.holder, publicAddress, this.#startedAt];
    const [listed, tables] = [
      await this.#query<ListedProcess>(PROCESSES, looking),
      await this.#query<SharedTable>(TABLES, [self.tableIds, this.holder]),
    ];
    const processes = listed.filter(({ lives }) => lives);
    const replaced = processes.some(({ isSuccessor }) => isSuccessor);
    if (replaced) this.#leaveAddress();
    return {
      processes: processes.map(({ holder, accepts, tableIds }) => ({ holder, accepts, tableIds })),
      tables,
      known: new Set(listed.flatMap(({ tableIds }) => tableIds ?? [])),
      replaced,
    };
  }

  /**
   * Says that clients reach this process at `address`, and answers whether a living process said so
   * before; a dead one that was not missed yet counts as well.
   */
  async isAddressTaken(address: string): Promise<boolean> {
    await this.#announce(address);
    return (await this.#query(EARLIER_THERE, [this.holder, address])).length > 0;
  }

  /** Whether a living process that was there before has other secrets; a dead one may count yet as well. */
  async haveOthersOtherSecrets(): Promise<boolean> {
    await this.#announce(this.#publicAddress);
    return (await this.#query(EARLIER_WITH_OTHERS, [this.holder])).length > 0;
  }

  async #announce(address: string | null): Promise<void> {
    await this.#tell(ANNOUNCE, this.#self(address));
  }

  /** What each announcement and sign of life tells of this process. */
  #self(address: string | null): unknown[] {
    return [this.holder, address, this.#startedAt, this.#options.secretsMark];
  }

  async #tell(text: string, values: unknown[]): Promise<void> {
    const [own] = await this.#query<{ startedAt: string }>(text, values);
    this.#startedAt = own?.startedAt ?? this.#startedAt;
  }

  /**
   * To another process, which got it while this one hung: players come to that one. Who comes after it
   * shall not be refused the address because of this one.
   */
  #leaveAddress(): void {
    if (this.#publicAddress === null) return;
    this.#options.log.error(
      { publicAddress: this.#publicAddress },
      "another process has this PUBLIC_ADDRESS by now, and players come to that one: others have this one's tables; end it",
    );
    this.#publicAddress = null;
    this.#options.replaced?.();
  }

  /** Leaves the census, and ends the connection. */
  async leave(): Promise<void> {
    await this.#query("DELETE FROM processes WHERE holder = $1", [this.holder]).catch(
      () => undefined,
    );
    this.close();
  }

  /** Ends the connection. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #ask(text: string, values: unknown[]): Promise<readonly Lease[]> {
    const rows = await this.#query<{ table_id: string; epoch: number }>(text, values);
    return rows.map(({ table_id, epoch }) => ({ tableId: table_id, epoch }));
  }

  async #query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    let client: PoolClient | null = null;
    try {
      client = await this.#connected();
      const query = { text, values, query_timeout: ANSWER_MS };
      const { rows } = await client.query<Row>(query);
      return rows;
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (client !== null) this.#doubt(client, error);
      const told = `the leases are not available: ${inOneLine(error)}`;
      throw new BankUnavailableError(told, { cause: error });
    }
  }

  /** Where the database answered, if only with an error, the connection is as good as before. */
  #doubt(client: PoolClient, error: unknown): void {
    if (!(error instanceof DatabaseError)) {
      // What was asked may be under way still; a new connection does not wait behind it.
      this.#lost(client);
    } else if (error.code === READ_ONLY && this.#client === client) {
      this.#drop();
    }
  }

  /** Without it others may take this process for dead: it shows life over a new one now, not in its time. */
  #lost(client: PoolClient): void {
    if (this.#client !== client || this.#closed) return;
    this.#options.log.warn("lost the connection of the leases");
    this.#drop();
    this.#options.disconnected();
  }

  #connected(): Promise<PoolClient> {
    if (this.#client !== null) return Promise.resolve(this.#client);
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #connect(): Promise<PoolClient> {
    const client = await this.#options.pool.connect();
    if (this.#closed) {
      client.release(true);
      throw new BankUnavailableError("the leases are closed");
    }
    try {
      const text = `SET lock_timeout = ${LOCK_MS}; LISTEN ${CHANNEL}`;
      const listen = { text, query_timeout: ANSWER_MS };
      await client.query(listen);
      if (this.#closed) throw new BankUnavailableError("the leases are closed");
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#client = client;
    client.on("notification", () => this.#options.released?.());
    client.once("end", () => this.#lost(client));
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
