/** Who won most, by all bets that there are: what leaderboards have to say. */
import type { Period } from "@croupier/shared/protocol/leaderboard";
import type { LeaderRow } from "../cluster/leaderTotals.ts";
import { LEADERS } from "../cluster/leaderTotals.ts";
import type { Queryable } from "../db/transaction.ts";

const DAY_MS = 86_400_000;
const PERIOD_DAYS = { day: 1, week: 7 } as const;

/**
 * The UTC day of `now`, the seven days that end with it, or ever.
 *
 * @param now epoch milliseconds
 */
export async function leadersByBets(
  database: Queryable,
  period: Period,
  now: number,
): Promise<readonly LeaderRow[]> {
  const today = now - (now % DAY_MS);
  const since = period === "all" ? 0 : today - (PERIOD_DAYS[period] - 1) * DAY_MS;
  const { rows } = await database.query<LeaderRow>(
    `SELECT player_id AS "playerId", sum(returned - amount)::bigint AS net,
       sum(amount)::bigint AS staked, count(DISTINCT (table_id, round)) AS rounds
     FROM rounds JOIN bets USING (table_id, round)
     WHERE status = 'settled' AND settled_at >= $1
     GROUP BY player_id ORDER BY net DESC, player_id LIMIT $2`,
    [new Date(since), LEADERS],
  );
  return rows;
}
