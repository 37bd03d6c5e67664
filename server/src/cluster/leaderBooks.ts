/**
 * The leaderboards as the books have them, for boards that are made anew: in slices, each a statement or
 * two over a bounded number of bets, however long the books are.
 *
 * Slices are read one after another, and the house plays on. So what they are of is said first, by a
 * mark: the rounds that are finished when it is made and have their place among the events, or had it.
 * Those rounds never change, and whatever is not among them comes later, as an event.
 */
import type { Pool } from "pg";
import type { Results } from "./boardBuild.ts";

/** Read within some tens of milliseconds, where a statement has five seconds. */
const BETS_AT_ONCE = 5_000;

/** How far the books are told. */
export interface Mark {
  /** The last place that was given to an event. */
  readonly seq: number;
  /** By table: its last finished round. Rounds of a table finish in their order. */
  readonly lastRounds: Readonly<Record<string, number>>;
  /** Finished rounds that have no place yet: each will be an event behind `seq`. */
  readonly untold: readonly (readonly [tableId: string, round: number])[];
}

/** Before everything. */
export const BEGINNING: Mark = { seq: Number.NEGATIVE_INFINITY, lastRounds: {}, untold: [] };

export interface LeaderBooks {
  mark(): Promise<Mark>;
  /**
   * Results of the rounds that `to` has and `from`, an earlier mark, has not; a round in one slice only.
   *
   * @param since UTC day, as in `2026-11-21`; results of earlier ones are of no day
   */
  between(from: Mark, to: Mark, since: string): AsyncIterable<readonly Results[]>;
}

/** In one statement, so that it is of one moment. */
const MARK = `
  SELECT (SELECT last_seq FROM outbox_place) AS seq,
    (SELECT coalesce(jsonb_object_agg(table_id, last.round), '{}')
     FROM (SELECT DISTINCT table_id FROM seed_chains) AS known
     CROSS JOIN LATERAL (
       SELECT round FROM rounds
       WHERE rounds.table_id = known.table_id AND status IN ('settled', 'void')
       ORDER BY round DESC LIMIT 1) AS last) AS "lastRounds",
    (SELECT coalesce(jsonb_agg(jsonb_build_array(table_id, round)), '[]')
     FROM outbox WHERE seq IS NULL) AS untold`;

/** The round with the last of so many bets; none where there are fewer. */
const SLICE_END = `
  SELECT round FROM bets WHERE table_id = $1 AND round > $2 AND round <= $3
  ORDER BY round OFFSET $4 LIMIT 1`;

const SLICE = `
  SELECT player_id AS "playerId",
    CASE WHEN settled_at >= $5 THEN to_char(settled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') END AS day,
    sum(returned - amount)::bigint AS net, sum(amount)::bigint AS staked,
    count(DISTINCT round) AS rounds
  FROM rounds JOIN bets USING (table_id, round)
  WHERE table_id = $1 AND round > $2 AND round <= $3 AND round <> ALL ($4) AND status = 'settled'
  GROUP BY player_id, day`;

export function leaderBooks(pool: Pool, betsAtOnce = BETS_AT_ONCE): LeaderBooks {
  return {
    mark: async () => {
      const { rows } = await pool.query<Mark>(MARK);
      return rows[0] ?? BEGINNING;
    },
    between: async function* (from, to, since) {
      for (const { tableId, after, last, without } of rangesBetween(from, to)) {
        for (let at = after; at < last; ) {
          const end = await pool.query<{ round: number }>(SLICE_END, [
            tableId,
            at,
            last,
            betsAtOnce - 1,
          ]);
          const until = end.rows[0]?.round ?? last;
          const values = [tableId, at, until, without, `${since}T00:00:00Z`];
          yield (await pool.query<Results>(SLICE, values)).rows;
          at = until;
        }
      }
    },
  };
}

/** Rounds of a table: `after` < round ≤ `last`, and none of `without`. */
export interface RoundRange {
  readonly tableId: string;
  readonly after: number;
  readonly last: number;
  readonly without: readonly number[];
}

/** The rounds that `to` has and `from`, an earlier mark, has not; each once. */
export function rangesBetween(from: Mark, to: Mark): readonly RoundRange[] {
  const untold = Map.groupBy(to.untold, ([tableId]) => tableId);
  const untoldOf = (tableId: string) => (untold.get(tableId) ?? []).map(([, round]) => round);
  const finished = Object.entries(to.lastRounds).map(([tableId, last]) => {
    return { tableId, after: from.lastRounds[tableId] ?? 0, last, without: untoldOf(tableId) };
  });
  const toldSince = from.untold
    .filter(([tableId, round]) => !untoldOf(tableId).includes(round))
    .map(([tableId, round]) => ({ tableId, after: round - 1, last: round, without: [] }));
  return [...finished.filter(({ after, last }) => after < last), ...toldSince];
}
