/** The leaderboards as the books have them, for boards that are made anew. */
import type { Pool } from "pg";
import { inTransaction } from "../db/transaction.ts";
import type { LeaderBooks, LeaderRow } from "./leaderBoards.ts";
import { daysUntil } from "./leaderBoards.ts";

/** It reads all bets. */
const PATIENCE_MS = 60_000;

/** What has its place is in; what has none yet comes as an event. */
const SETTLED = `SELECT player_id, sum(returned - amount)::bigint AS net,
    sum(amount)::bigint AS staked, count(DISTINCT (table_id, round)) AS rounds
  FROM rounds JOIN bets USING (table_id, round)
  WHERE status = 'settled' AND settled_at >= $1 AND settled_at < $2
    AND NOT EXISTS (SELECT FROM outbox
      WHERE outbox.table_id = rounds.table_id AND outbox.round = rounds.round AND seq IS NULL)
  GROUP BY player_id`;

/** @param now epoch milliseconds */
export function readLeaderBooks(pool: Pool, now: number): Promise<LeaderBooks> {
  return inTransaction(
    pool,
    async (client) => {
      await client.query(`SET LOCAL statement_timeout = ${PATIENCE_MS}`);
      const read = async (from: string, until: string): Promise<readonly LeaderRow[]> => {
        const { rows } = await client.query<LeaderRow & { readonly player_id: string }>({
          text: SETTLED,
          values: [from, until],
          query_timeout: PATIENCE_MS,
        } as never);
        return rows.map(({ player_id: playerId, ...row }) => ({ ...row, playerId }));
      };
      const { rows } = await client.query<{ last_seq: number }>(
        "SELECT last_seq FROM outbox_place",
      );
      const days = new Map<string, readonly LeaderRow[]>();
      for (const day of daysUntil(now)) {
        days.set(day, await read(`${day}T00:00:00Z`, `${day}T24:00:00Z`));
      }
      return { seq: rows[0]?.last_seq ?? 0, all: await read("-infinity", "infinity"), days };
    },
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  );
}
