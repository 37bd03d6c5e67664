/**
 * The outbox in Postgres: rounds that are over and have yet to be told. A round first gets its place,
 * durably, and is told in that place then; told twice it has the same place both times.
 */
import type { TableConfig } from "@croupier/shared/core/types";
import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../db/transaction.ts";
import { UNKNOWN_CLOSING_MS } from "../tables/spun.ts";
import type { PlacedEvent, RoundEvent } from "./houseEvents.ts";

/** Rounds in one go. */
const MOST_ROUNDS = 50;
/** Of a round that are named. */
export const MOST_WINNERS = 3;
/** What nobody could be told for so long is in the books alone: whoever follows begins anew. */
const KEPT = "interval '1 hour'";

export interface OutboxOptions {
  readonly pool: Pool;
  /** A round is told when its ball was spun at the latest: after the table's closing time. */
  readonly tables: readonly Pick<TableConfig, "tableId" | "closingMs">[];
}

export class Outbox {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /**
   * Hands what is due to `tell`, in its places, and forgets it once that resolves. Answers how many
   * rounds were told; 0 too where another process is telling. Throws what `tell` throws, and the
   * database's errors.
   *
   * @param now epoch milliseconds
   */
  async tell(
    now: number,
    tell: (events: readonly PlacedEvent[]) => Promise<void>,
  ): Promise<number> {
    const { pool } = this.#options;
    const { rows } = await pool.query("SELECT FROM outbox LIMIT 1");
    if (rows.length === 0) return 0;
    await inTransaction(pool, (client) => this.#place(client, now));
    return inTransaction(pool, async (client) => {
      if ((await holdPlace(client)) === null) return 0;
      const events = await readPlaced(client);
      if (events.length === 0) return 0;
      await tell(events);
      await client.query("DELETE FROM outbox WHERE seq <= $1", [events.at(-1)?.seq]);
      return events.length;
    });
  }

  /** Whether these books have the event, and can have told it in its place: those of another past have not. */
  async has({ seq, event }: PlacedEvent): Promise<boolean> {
    const { tableId, round, status, at } = event;
    const { rowCount } = await this.#options.pool.query(
      `SELECT FROM outbox_place, rounds WHERE last_seq >= $1
         AND table_id = $2 AND round = $3 AND status = $4 AND settled_at = $5`,
      [seq, tableId, round, status, new Date(at)],
    );
    return rowCount === 1;
  }

  /** Forgets what could not be told for too long, and leaves a gap that whoever follows will notice. */
  async prune(now: number): Promise<void> {
    await inTransaction(this.#options.pool, async (client) => {
      const last = await holdPlace(client);
      if (last === null) return;
      const { rowCount } = await client.query(
        `DELETE FROM outbox WHERE at < $1::timestamptz - ${KEPT}`,
        [new Date(now)],
      );
      if (rowCount) await client.query("UPDATE outbox_place SET last_seq = $1", [last + 1]);
    });
  }

  async #place(client: PoolClient, now: number): Promise<void> {
    const last = await holdPlace(client);
    if (last === null) return;
    const { tables } = this.#options;
    const { rowCount } = await client.query(
      `WITH due AS (
         SELECT id, row_number() OVER (ORDER BY id) AS number FROM outbox
         LEFT JOIN unnest($1::text[], $2::integer[]) AS known (table_id, closing_ms)
           USING (table_id)
         WHERE seq IS NULL
           AND at <= $3::timestamptz - coalesce(closing_ms, ${UNKNOWN_CLOSING_MS}) * interval '1 millisecond'
         ORDER BY id LIMIT ${MOST_ROUNDS})
       UPDATE outbox SET seq = $4 + number FROM due WHERE outbox.id = due.id`,
      [
        tables.map(({ tableId }) => tableId),
        tables.map(({ closingMs }) => closingMs),
        new Date(now),
        last,
      ],
    );
    if (rowCount) await client.query("UPDATE outbox_place SET last_seq = $1", [last + rowCount]);
  }
}

/** The last place that was given, held until the transaction's end; null where somebody else holds it. */
async function holdPlace(client: PoolClient): Promise<number | null> {
  const { rows } = await client.query<{ last_seq: number }>(
    "SELECT last_seq FROM outbox_place FOR UPDATE SKIP LOCKED",
  );
  return rows[0]?.last_seq ?? null;
}

interface PlacedRow extends Omit<RoundEvent, "at"> {
  readonly seq: number;
  readonly at: Date;
}

async function readPlaced(client: PoolClient): Promise<readonly PlacedEvent[]> {
  const { rows } = await client.query<PlacedRow>(
    `WITH placed AS (
       SELECT seq, table_id, round, status, at FROM outbox
       WHERE seq IS NOT NULL ORDER BY seq LIMIT ${MOST_ROUNDS}
     ), results AS (
       SELECT seq, player_id, sum(returned - amount)::bigint AS net, sum(amount)::bigint AS staked
       FROM placed JOIN bets USING (table_id, round)
       WHERE status = 'settled' GROUP BY seq, player_id
     ), ranked AS (
       SELECT seq, player_id, net, staked,
         row_number() OVER (PARTITION BY seq ORDER BY net DESC, player_id) AS place
       FROM results WHERE net > 0
     )
     SELECT seq, table_id AS "tableId", round, placed.status, at, coalesce(pocket, '') AS pocket,
       coalesce((SELECT jsonb_agg(jsonb_build_object('playerId', player_id, 'name', name,
           'net', net, 'staked', staked) ORDER BY place)
         FROM ranked JOIN players USING (player_id)
         WHERE ranked.seq = placed.seq AND place <= ${MOST_WINNERS}), '[]') AS winners
     FROM placed JOIN rounds USING (table_id, round) ORDER BY seq`,
  );
  return rows.map(({ seq, at, ...round }) => ({ seq, event: { ...round, at: at.getTime() } }));
}
