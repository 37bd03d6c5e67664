/**
 * How tables stand by the books alone, for who hears nothing of those that run elsewhere. What the holder
 * has in memory only is guessed: a phase lasts as long as the configuration says, and no outcome is told
 * before the ball was spun.
 */
import { BOUNDS } from "@croupier/shared/core/bounds";
import type { Pocket, TableConfig } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import type { TableSummary } from "../tables/floor.ts";
import { BankUnavailableError } from "../tables/store.ts";

/** A table's last round. */
export interface Standing {
  readonly tableId: string;
  readonly round: number;
  readonly status: "open" | "locked" | "settled" | "void";
  /** Hex. */
  readonly commitment: string;
  readonly entropy: string;
  /** Null but where the round is settled. */
  readonly pocket: Pocket | null;
  readonly openedAt: Date;
  /** Null before the lock. */
  readonly lockedAt: Date | null;
  readonly totalStake: number;
  /** Of the rounds before, newest first. */
  readonly pocketsBefore: readonly Pocket[];
}

const STANDINGS = `
  SELECT last.*, stakes.*, told.*
  FROM unnest($1::text[]) AS wanted (table_id)
    CROSS JOIN LATERAL (
      SELECT table_id AS "tableId", round, status, encode(commitment, 'hex') AS commitment, entropy,
        pocket, opened_at AS "openedAt", locked_at AS "lockedAt"
      FROM rounds WHERE rounds.table_id = wanted.table_id ORDER BY round DESC LIMIT 1) AS last
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(stake_change), 0)::bigint AS "totalStake"
      FROM operations WHERE table_id = last."tableId" AND operations.round = last.round) AS stakes
    CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_agg(pocket ORDER BY round DESC), '[]') AS "pocketsBefore"
      FROM (
        SELECT round, pocket FROM rounds
        WHERE table_id = last."tableId" AND rounds.round < last.round AND status = 'settled'
        ORDER BY round DESC LIMIT ${BOUNDS.lastPockets}) AS before) AS told`;

/** Of the tables that had a round. Rejects with a {@link BankUnavailableError} where the database is away. */
export async function standingsOf(
  pool: Pool,
  tableIds: readonly string[],
): Promise<readonly Standing[]> {
  try {
    return (await pool.query<Standing>(STANDINGS, [tableIds])).rows;
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw new BankUnavailableError(inOneLine(error), { cause: error });
  }
}

/**
 * The table as everyone may see it.
 *
 * @param now epoch milliseconds
 */
export function summaryByBooks(
  config: TableConfig,
  standing: Standing,
  { players, now }: { readonly players: number; readonly now: number },
): TableSummary {
  const { tableId, round, commitment, entropy, totalStake, pocket, pocketsBefore } = standing;
  const { phase, endsAt } = phaseOf(config, standing, now);
  const isTold = pocket !== null && phase === "result";
  const pockets = isTold ? [pocket, ...pocketsBefore] : pocketsBefore;
  const lastPockets = pockets.slice(0, BOUNDS.lastPockets);
  const told = { tableId, round, commitment, entropy, totalStake, players, lastPockets };
  return { ...told, phase, phaseEndsAt: endsAt };
}

function phaseOf(
  { bettingMs, closingMs, spinningMs, resultMs }: TableConfig,
  { status, openedAt, lockedAt }: Standing,
  now: number,
): { readonly phase: TableSummary["phase"]; readonly endsAt: number } {
  const bettingEnd = lockedAt?.getTime() ?? openedAt.getTime() + bettingMs;
  const [spin, result] = [bettingEnd + closingMs, bettingEnd + closingMs + spinningMs];
  if (status === "void") return { phase: "result", endsAt: bettingEnd };
  if (status === "open" && now < bettingEnd) return { phase: "betting", endsAt: bettingEnd };
  if (status !== "settled" || now < spin) return { phase: "closing", endsAt: spin };
  if (now < result) return { phase: "spinning", endsAt: result };
  return { phase: "result", endsAt: result + resultMs };
}
