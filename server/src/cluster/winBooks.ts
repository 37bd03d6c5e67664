/** The big wins as the books have them, for who missed that they were told. */
import type { TableConfig } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { MOST_WINNERS } from "./outbox.ts";
import type { Win } from "./winFeed.ts";
import { BIG_WIN, MOST_WINS } from "./winFeed.ts";

/** The newest ones that are looked at, however few big wins there were. */
const MOST_ROUNDS = 1_000;

/** Of rounds whose ball was spun, as when they are told. */
const WINS = `
  WITH newest AS (
    SELECT table_id, round, pocket, settled_at FROM rounds
    WHERE status = 'settled' AND settled_at > $4 ORDER BY settled_at DESC LIMIT ${MOST_ROUNDS})
  SELECT table_id AS "tableId", round, pocket, settled_at AS at,
    player_id AS "playerId", name, net, staked
  FROM newest
    LEFT JOIN unnest($1::text[], $2::integer[]) AS known (table_id, closing_ms) USING (table_id)
    CROSS JOIN LATERAL (
      SELECT player_id, sum(returned - amount)::bigint AS net, sum(amount)::bigint AS staked
      FROM bets WHERE bets.table_id = newest.table_id AND bets.round = newest.round
      GROUP BY player_id HAVING sum(returned - amount) >= ${BIG_WIN}
      ORDER BY net DESC, player_id LIMIT ${MOST_WINNERS}) AS won
    JOIN players USING (player_id)
  WHERE settled_at <= $3::timestamptz - coalesce(closing_ms, 0) * interval '1 millisecond'
  ORDER BY settled_at DESC, net DESC LIMIT ${MOST_WINS}`;

export interface WinBooksOptions {
  readonly pool: Pool;
  readonly tables: readonly Pick<TableConfig, "tableId" | "closingMs">[];
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The newest big wins of rounds that were settled after `since` (epoch milliseconds). */
export type WinBooks = (since: number) => Promise<readonly Win[]>;

export function winBooks({ pool, tables, now }: WinBooksOptions): WinBooks {
  return async (since) => {
    const { rows } = await pool.query<Omit<Win, "at"> & { readonly at: Date }>(WINS, [
      tables.map(({ tableId }) => tableId),
      tables.map(({ closingMs }) => closingMs),
      new Date(now()),
      new Date(since),
    ]);
    return rows.map(({ at, ...win }) => ({ ...win, at: at.getTime() }));
  };
}
