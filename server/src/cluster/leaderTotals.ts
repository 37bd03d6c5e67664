/**
 * Who won most, as totals in Postgres: of each player ever, on each of the last days, and in the week
 * that ends today. To ask who leads costs a look into an index, with Redis or without.
 *
 * They follow the bets of finished rounds, table by table and round by round, in slices of some thousand
 * bets. A slice and how far it goes are one transaction, and one process at a time adds: each round is in
 * them once, whoever adds it and wherever that one ends.
 */
import type { TableConfig } from "@croupier/shared/core/types";
import type { Leader, Period } from "@croupier/shared/protocol/leaderboard";
import type { Pool, PoolClient } from "pg";
import type { Queryable } from "../db/transaction.ts";
import { inTransaction } from "../db/transaction.ts";
import { UNKNOWN_CLOSING_MS } from "../tables/spun.ts";
import { BankUnavailableError } from "../tables/store.ts";

/** Names are not in the totals. */
export type LeaderRow = Omit<Leader, "name">;

export type Leaders = Readonly<Record<Period, readonly LeaderRow[]>>;

/** Of a period that are named. */
export const LEADERS = 50;

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
/** Read and added within some tenths of a second, where a statement has five. */
const BETS_AT_ONCE = 2_000;

export interface LeaderTotalsOptions {
  readonly pool: Pool;
  /** A round counts when its ball was spun at the latest: after the table's closing time. */
  readonly tables: readonly Pick<TableConfig, "tableId" | "closingMs">[];
  /** For tests: slices of their size. */
  readonly betsAtOnce?: number;
}

interface Progress {
  /** UTC day, as in `2026-11-21`. */
  readonly today: string;
  readonly isWhole: boolean;
  /** Null where all rounds are added. */
  readonly next: Rounds | null;
}

/** Rounds of a table that are to be added: `after` < round ≤ `last`. */
interface Rounds {
  readonly tableId: string;
  readonly after: number;
  readonly last: number;
}

const PROGRESS = `
  SELECT today, is_whole AS "isWhole",
    (SELECT jsonb_build_object('tableId', table_id, 'after', after, 'last', last.round)
     FROM (SELECT DISTINCT table_id FROM seed_chains) AS every
       LEFT JOIN unnest($1::text[], $2::integer[]) AS known (table_id, closing_ms) USING (table_id)
       CROSS JOIN LATERAL coalesce((last_rounds ->> table_id)::bigint, 0) AS after
       CROSS JOIN LATERAL (
         SELECT round FROM rounds
         WHERE rounds.table_id = every.table_id AND round > after AND status IN ('settled', 'void')
           AND settled_at <= $3::timestamptz - coalesce(closing_ms, ${UNKNOWN_CLOSING_MS}) * interval '1 millisecond'
         ORDER BY round DESC LIMIT 1) AS last
     ORDER BY table_id LIMIT 1) AS next
  FROM leader_progress`;

/** The round with the last of so many bets; none where there are fewer. */
const SLICE_END = `
  SELECT round FROM bets WHERE table_id = $1 AND round > $2 AND round <= $3
  ORDER BY round OFFSET $4 LIMIT 1`;

/** A result from the day `$4` on is of its day and of the week as well. */
const ADD = `
  WITH results AS (
    SELECT player_id, spans, sum(returned - amount)::bigint AS net, sum(amount)::bigint AS staked,
      count(DISTINCT round) AS rounds
    FROM rounds JOIN bets USING (table_id, round)
      CROSS JOIN LATERAL to_char(settled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day
      CROSS JOIN LATERAL (SELECT CASE WHEN day COLLATE "C" >= $4
        THEN ARRAY['all', 'week', day] ELSE ARRAY['all'] END AS spans) AS counted
    WHERE table_id = $1 AND round > $2 AND round <= $3 AND status = 'settled'
    GROUP BY player_id, spans)
  INSERT INTO leader_totals AS known (span, player_id, net, staked, rounds)
  SELECT span, player_id, sum(net), sum(staked), sum(rounds)
  FROM results CROSS JOIN unnest(spans) AS span
  GROUP BY span, player_id
  ON CONFLICT (span, player_id) DO UPDATE SET net = known.net + excluded.net,
    staked = known.staked + excluded.staked, rounds = known.rounds + excluded.rounds`;

/** Days are below every other name of a span. */
const FORGET = "DELETE FROM leader_totals WHERE span < $1 OR span = 'week'";
const ADD_WEEK = `
  INSERT INTO leader_totals (span, player_id, net, staked, rounds)
  SELECT 'week', player_id, sum(net), sum(staked), sum(rounds)
  FROM leader_totals WHERE span < 'all' GROUP BY player_id`;

const BEST = `
  SELECT player_id AS "playerId", net, staked, rounds FROM leader_totals
  WHERE span = $1 ORDER BY net DESC, player_id LIMIT ${LEADERS}`;

/** Every method throws the database's errors. */
export class LeaderTotals {
  readonly #options: LeaderTotalsOptions;

  constructor(options: LeaderTotalsOptions) {
    this.#options = options;
  }

  /**
   * Adds the next slice, or goes on to the next day. Answers whether there may be more to do; false too
   * where another process is at it.
   *
   * @param now epoch milliseconds
   */
  async advance(now: number): Promise<boolean> {
    const { pool } = this.#options;
    // Most looks find nothing, and hold nothing.
    if (isDone(await this.#progress(pool, now), now)) return false;
    return inTransaction(pool, async (client) => {
      const { rows } = await client.query("SELECT FROM leader_progress FOR UPDATE SKIP LOCKED");
      if (rows.length === 0) return false;
      const progress = await this.#progress(client, now);
      if (isDone(progress, now)) return false;
      if (progress.today < dayOf(now)) await turn(client, dayOf(now));
      else if (progress.next === null) await note(client, "is_whole = true");
      else await this.#add(client, progress.next, progress.today);
      return true;
    });
  }

  /** Of what the totals are now; null where they have yet to be made. */
  async version(): Promise<string | null> {
    return versionIn(this.#options.pool);
  }

  /** Throws `BankUnavailableError` where the totals have yet to be made. */
  async best(period: Period, now: number): Promise<readonly LeaderRow[]> {
    const { pool } = this.#options;
    if ((await versionIn(pool)) === null) {
      throw new BankUnavailableError("the leaderboards are being made");
    }
    return bestIn(pool, period, now);
  }

  /** The best of all periods, of one moment; null where the totals have yet to be made. */
  async all(now: number): Promise<{ readonly version: string; readonly leaders: Leaders } | null> {
    const begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    return inTransaction(
      this.#options.pool,
      async (client) => {
        const version = await versionIn(client);
        if (version === null) return null;
        const day = await bestIn(client, "day", now);
        const week = await bestIn(client, "week", now);
        const all = await bestIn(client, "all", now);
        return { version, leaders: { day, week, all } };
      },
      begin,
    );
  }

  async #progress(database: Queryable, now: number): Promise<Progress> {
    const { tables } = this.#options;
    const { rows } = await database.query<Progress>(PROGRESS, [
      tables.map(({ tableId }) => tableId),
      tables.map(({ closingMs }) => closingMs),
      new Date(now),
    ]);
    // Without its row, which nobody takes away, there is nothing to do.
    return rows[0] ?? { today: dayOf(now), isWhole: true, next: null };
  }

  async #add(client: PoolClient, { tableId, after, last }: Rounds, today: string): Promise<void> {
    const { betsAtOnce = BETS_AT_ONCE } = this.#options;
    const end = [tableId, after, last, betsAtOnce - 1];
    const { rows } = await client.query<{ round: number }>(SLICE_END, end);
    const until = rows[0]?.round ?? last;
    await client.query(ADD, [tableId, after, until, firstDayOf(today)]);
    await note(client, "last_rounds = last_rounds || jsonb_build_object($1::text, $2::bigint)", [
      tableId,
      until,
    ]);
  }
}

const isDone = ({ today, isWhole, next }: Progress, now: number): boolean =>
  today >= dayOf(now) && isWhole && next === null;

async function turn(client: PoolClient, today: string): Promise<void> {
  await client.query(FORGET, [firstDayOf(today)]);
  await client.query(ADD_WEEK);
  await note(client, "today = $1", [today]);
}

async function note(client: PoolClient, change: string, values: unknown[] = []): Promise<void> {
  await client.query(`UPDATE leader_progress SET ${change}, version = gen_random_uuid()`, values);
}

async function versionIn(database: Queryable): Promise<string | null> {
  const { rows } = await database.query<{ version: string }>(
    "SELECT version FROM leader_progress WHERE is_whole",
  );
  return rows[0]?.version ?? null;
}

async function bestIn(
  database: Queryable,
  period: Period,
  now: number,
): Promise<readonly LeaderRow[]> {
  const span = period === "day" ? dayOf(now) : period;
  return (await database.query<LeaderRow>(BEST, [span])).rows;
}

/** The UTC day of `at`, as in `2026-11-21`. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Of the week that ends with `day`. */
function firstDayOf(day: string): string {
  return dayOf(Date.parse(day) - (WEEK_DAYS - 1) * DAY_MS);
}
