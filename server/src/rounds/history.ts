/** A table's past, as far as its host needs it to go on. */
import { BOUNDS } from "@croupier/shared/core/bounds";
import { asChips } from "@croupier/shared/core/chips";
import type { SpotChange } from "@croupier/shared/core/table/inputs";
import type { ClientSeed, WheelName, ZeroRule } from "@croupier/shared/core/types";
import type { Queryable } from "../db/transaction.ts";
import { answerOf } from "../ledger/operations.ts";
import type { LoggedOperation, TableHistory, UnfinishedRound, VoidRound } from "../tables/store.ts";
import { MOST_VOID_ROUNDS } from "../tables/store.ts";
import type { RoundId } from "./log.ts";
import { slicesOfLog } from "./log.ts";
import type { LeasedTurns } from "./turns.ts";

/**
 * Reads where the table stands, under its lease. Whatever an earlier life of the table has on its way
 * into the running round is waited for: nothing is added to what was read behind the reader's back.
 */
export function readHistory({ turns, lease }: LeasedTurns): Promise<TableHistory> {
  return turns.take(lease, async (client) => {
    const unfinished = await readUnfinished(client, lease.tableId);
    return { ...(await readFinished(client, lease.tableId)), unfinished };
  });
}

type Finished = Pick<TableHistory, "lastRound" | "lastPockets" | "voids">;

async function readFinished(database: Queryable, tableId: string): Promise<Finished> {
  const { rows: finished } = await database.query<FinishedRow>(
    `SELECT round, reason FROM rounds WHERE table_id = $1 AND status IN ('settled', 'void')
     ORDER BY round DESC LIMIT $2`,
    [tableId, MOST_VOID_ROUNDS],
  );
  const { rows: pockets } = await database.query<{ pocket: string }>(
    `SELECT pocket FROM rounds WHERE table_id = $1 AND status = 'settled'
     ORDER BY round DESC LIMIT $2`,
    [tableId, BOUNDS.lastPockets],
  );
  return {
    lastRound: finished[0]?.round ?? 0,
    lastPockets: pockets.map(({ pocket }) => pocket),
    voids: await readVoids(database, tableId, voidsAtEnd(finished)),
  };
}

interface FinishedRow {
  readonly round: number;
  /** Of a void round only. */
  readonly reason: string | null;
}

type VoidedRow = Pick<VoidRound, "round" | "reason">;

/** The void rounds since the last settled one, oldest first. */
function voidsAtEnd(newestFirst: readonly FinishedRow[]): readonly VoidedRow[] {
  const voids: VoidedRow[] = [];
  for (const { round, reason } of newestFirst) {
    if (reason === null) break;
    voids.unshift({ round, reason });
  }
  return voids;
}

interface PlayerRow {
  readonly round: number;
  readonly player_id: string;
  readonly stake: number;
  readonly balance: number;
}

async function readVoids(
  database: Queryable,
  tableId: string,
  voids: readonly VoidedRow[],
): Promise<readonly VoidRound[]> {
  if (voids.length === 0) return [];
  const { rows } = await database.query<PlayerRow>(
    `SELECT round, player_id, coalesce(stake, 0)::bigint AS stake, balance
     FROM (
       SELECT DISTINCT round, player_id FROM operations
       WHERE table_id = $1 AND round = ANY ($2)
     ) AS did
     LEFT JOIN (
       SELECT round, player_id, sum(amount) AS stake FROM bets
       WHERE table_id = $1 AND round = ANY ($2) GROUP BY round, player_id
     ) AS lay USING (round, player_id)
     JOIN accounts USING (player_id)`,
    [tableId, voids.map(({ round }) => round)],
  );
  const byRound = Map.groupBy(rows, ({ round }) => round);
  return voids.map((voided) => ({
    ...voided,
    players: (byRound.get(voided.round) ?? []).map(({ player_id: playerId, stake, balance }) => {
      return { playerId, stake: asChips(stake), balance: asChips(balance) };
    }),
  }));
}

interface UnfinishedRow {
  readonly round: number;
  readonly status: "open" | "locked";
  readonly wheel: WheelName;
  readonly zero_rule: ZeroRule;
  readonly commitment: Buffer;
  readonly entropy: string;
  readonly client_seeds: readonly ClientSeed[];
  readonly bets_digest: string | null;
  readonly opened_at: Date;
}

async function readUnfinished(
  database: Queryable,
  tableId: string,
): Promise<UnfinishedRound | null> {
  const { rows } = await database.query<UnfinishedRow>(
    `SELECT round, status, wheel, zero_rule, commitment, entropy, client_seeds, bets_digest,
       opened_at
     FROM hold_unfinished_round($1)`,
    [tableId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    round: row.round,
    status: row.status,
    wheel: row.wheel,
    zeroRule: row.zero_rule,
    commitment: row.commitment.toString("hex"),
    entropy: row.entropy,
    clientSeeds: row.client_seeds,
    openedAt: row.opened_at.getTime(),
    betsDigest: row.bets_digest,
    operations: await readOperations(database, { tableId, round: row.round }),
  };
}

type OperationRow = Parameters<typeof answerOf>[0] & {
  readonly player_id: string;
  readonly kind: LoggedOperation["kind"];
  readonly changes: readonly SpotChange[];
};

const COLUMNS = "player_id, op, round, kind, changes, stake_after, balance_after, chips_after";

async function readOperations(
  database: Queryable,
  id: RoundId,
): Promise<readonly LoggedOperation[]> {
  const operations: LoggedOperation[] = [];
  for await (const rows of slicesOfLog<OperationRow>(database, id, COLUMNS)) {
    for (const row of rows) {
      operations.push({
        playerId: row.player_id,
        op: row.op,
        kind: row.kind,
        changes: row.changes,
        answer: answerOf(row),
      });
    }
  }
  return operations;
}
