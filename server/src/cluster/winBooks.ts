/**
 * The big wins as the books have them, for who missed that they were told. The newest rounds are looked
 * at first, some at a time, until there are enough wins: each statement is over a bounded number of bets.
 */
import type { TableConfig } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { UNKNOWN_CLOSING_MS } from "../tables/spun.ts";
import { MOST_WINNERS } from "./outbox.ts";
import type { Win } from "./winFeed.ts";
import { BIG_WIN, MOST_WINS } from "./winFeed.ts";

/** The newest ones that are looked at, however few big wins there were. */
const MOST_ROUNDS = 1_000;
/** At full tables, with five thousand bets a round, read in some 0.2 s, where a statement has five seconds. */
const ROUNDS_AT_ONCE = 20;

/** Of rounds whose ball was spun, as when they are told; newest first. */
const ROUNDS = `
  SELECT table_id AS "tableId", round
  FROM (
    SELECT table_id, round, settled_at FROM rounds
    WHERE status = 'settled' AND settled_at > $4 ORDER BY settled_at DESC LIMIT ${MOST_ROUNDS}) AS newest
    LEFT JOIN unnest($1::text[], $2::integer[]) AS known (table_id, closing_ms) USING (table_id)
  WHERE settled_at <= $3::timestamptz - coalesce(closing_ms, ${UNKNOWN_CLOSING_MS}) * interval '1 millisecond'
  ORDER BY settled_at DESC`;

const WINS = `
  SELECT table_id AS "tableId", round, pocket, settled_at AS at,
    player_id AS "playerId", name, net, staked
  FROM unnest($1::text[], $2::bigint[]) AS looked_at (table_id, round)
    JOIN rounds USING (table_id, round)
    CROSS JOIN LATERAL (
      SELECT player_id, sum(returned - amount)::bigint AS net, sum(amount)::bigint AS staked
      FROM bets WHERE bets.table_id = rounds.table_id AND bets.round = rounds.round
      GROUP BY player_id HAVING sum(returned - amount) >= ${BIG_WIN}
      ORDER BY net DESC, player_id LIMIT ${MOST_WINNERS}) AS won
    JOIN players USING (player_id)
  ORDER BY settled_at DESC, net DESC`;

export interface WinBooksOptions {
  readonly pool: Pick<Pool, "query">;
  readonly tables: readonly Pick<TableConfig, "tableId" | "closingMs">[];
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The newest big wins of rounds that were settled after `since` (epoch milliseconds). */
export type WinBooks = (since: number) => Promise<readonly Win[]>;

export function winBooks({ pool, tables, now }: WinBooksOptions): WinBooks {
  return async (since) => {
    const { rows: rounds } = await pool.query<Pick<Win, "tableId" | "round">>(ROUNDS, [
      tables.map(({ tableId }) => tableId),
      tables.map(({ closingMs }) => closingMs),
      new Date(now()),
      new Date(since),
    ]);
    const wins: Win[] = [];
    for (let at = 0; at < rounds.length && wins.length < MOST_WINS; at += ROUNDS_AT_ONCE) {
      const slice = rounds.slice(at, at + ROUNDS_AT_ONCE);
      const { rows } = await pool.query<Omit<Win, "at"> & { readonly at: Date }>(WINS, [
        slice.map(({ tableId }) => tableId),
        slice.map(({ round }) => round),
      ]);
      wins.push(...rows.map((row) => ({ ...row, at: row.at.getTime() })));
    }
    return wins.slice(0, MOST_WINS);
  };
}
