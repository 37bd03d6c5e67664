/** What is public about rounds, and what players may read of their own. */
import type { Chips } from "@croupier/shared/core/chips";
import { asChips } from "@croupier/shared/core/chips";
import { FAIRNESS_VERSION } from "@croupier/shared/core/fairness";
import type { RoundRecord } from "@croupier/shared/core/record";
import { sealRecord } from "@croupier/shared/core/recordDigest";
import type { Bet, ClientSeed, Payout, WheelName, ZeroRule } from "@croupier/shared/core/types";
import type { Page } from "../db/page.ts";
import { beforeOf, limitOf } from "../db/page.ts";
import type { Queryable } from "../db/transaction.ts";
import { readLayout } from "./layout.ts";

interface RoundRow {
  readonly table_id: string;
  readonly round: number;
  readonly status: "open" | "locked" | "settled" | "void";
  readonly wheel: WheelName;
  readonly zero_rule: ZeroRule;
  /** Hex, like the seed. */
  readonly commitment: string;
  readonly entropy: string;
  readonly client_seeds: readonly ClientSeed[];
  readonly bets_digest: string | null;
  readonly pocket: string | null;
  readonly seed: string | null;
  readonly reason: string | null;
  readonly opened_at: Date;
  readonly locked_at: Date | null;
  readonly settled_at: Date | null;
}

/** A bet with what came back for it, in the order of records: by player, then spot, bytewise. */
export interface FinishedBet extends Bet {
  readonly returned: Chips;
}

const ROUND_COLUMNS = `table_id, round, status, wheel, zero_rule,
  encode(commitment, 'hex') AS commitment, entropy, client_seeds, bets_digest, pocket,
  encode(seed, 'hex') AS seed, reason, opened_at, locked_at, settled_at`;

/** The public record of a round as FAIRNESS has it, sealed; null where there is no such round. */
export async function roundRecord(
  database: Queryable,
  tableId: string,
  round: number,
): Promise<RoundRecord | null> {
  const { rows } = await database.query<RoundRow>(
    `SELECT ${ROUND_COLUMNS} FROM rounds WHERE table_id = $1 AND round = $2`,
    [tableId, round],
  );
  const row = rows[0];
  if (row === undefined) return null;
  if (row.status === "locked") {
    const layout = await readLayout(database, { tableId, round });
    return sealRecord(toRecord(row, layout, []));
  }
  // Bets are written together with the end of their round: before it there are none to read.
  const { rows: bets } = await database.query<FinishedBet>(
    `SELECT player_id AS "playerId", spot, amount, returned FROM bets
     WHERE table_id = $1 AND round = $2 ORDER BY player_id, spot`,
    [tableId, round],
  );
  return sealRecord(toRecord(row, bets, payoutsOf(bets)));
}

/** The record of a row and its bets, without its own digest. */
function toRecord(row: RoundRow, placed: readonly Bet[], payouts: readonly Payout[]): RoundRecord {
  const base = {
    version: FAIRNESS_VERSION,
    tableId: row.table_id,
    round: row.round,
    wheel: row.wheel,
    zeroRule: row.zero_rule,
    commitment: row.commitment,
    clientSeeds: row.client_seeds,
    entropy: row.entropy,
    openedAt: row.opened_at.toISOString(),
  } as const;
  if (row.status === "open") return { ...base, status: "open" };
  const bets = placed.map(({ playerId, spot, amount }) => ({ playerId, spot, amount }));
  const lockedAt = row.locked_at === null ? {} : { lockedAt: row.locked_at.toISOString() };
  const locked = { ...base, ...lockedAt, bets, betsDigest: row.bets_digest };
  const finished = {
    ...locked,
    seed: row.seed,
    payouts,
    settledAt: row.settled_at?.toISOString(),
  };
  // The database holds which columns a status comes with: none of them is null here.
  if (row.status === "locked") return { ...locked, status: "open" } as RoundRecord;
  return (
    row.status === "settled"
      ? { ...finished, status: "settled", pocket: row.pocket }
      : { ...finished, status: "void", reason: row.reason }
  ) as RoundRecord;
}

/** Stake and return of each player; `bets` are in the order of players. */
function payoutsOf(bets: readonly FinishedBet[]): Payout[] {
  const payouts = new Map<string, Payout>();
  for (const { playerId, amount, returned } of bets) {
    const sofar = payouts.get(playerId);
    payouts.set(playerId, {
      playerId,
      stake: asChips((sofar?.stake ?? 0) + amount),
      returned: asChips((sofar?.returned ?? 0) + returned),
    });
  }
  return [...payouts.values()];
}

export interface RoundSummary {
  readonly round: number;
  readonly status: "open" | "locked" | "settled" | "void";
  readonly pocket: string | null;
  readonly reason: string | null;
  readonly openedAt: string;
  readonly settledAt: string | null;
}

/** The table's rounds, newest first; `before` is a round's number. */
export async function recentRounds(
  database: Queryable,
  tableId: string,
  page: Page,
): Promise<readonly RoundSummary[]> {
  const { rows } = await database.query<RoundRow>(
    `SELECT round, status, pocket, reason, opened_at, settled_at FROM rounds
     WHERE table_id = $1 AND round < $2 ORDER BY round DESC LIMIT $3`,
    [tableId, beforeOf(page), limitOf(page)],
  );
  return rows.map((row) => ({
    round: row.round,
    status: row.status,
    pocket: row.pocket,
    reason: row.reason,
    openedAt: row.opened_at.toISOString(),
    settledAt: row.settled_at?.toISOString() ?? null,
  }));
}
