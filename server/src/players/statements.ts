/** What players may read of their own chips. */
import type { Page } from "../db/page.ts";
import { beforeOf, limitOf } from "../db/page.ts";
import type { Queryable } from "../db/transaction.ts";

export interface PlayerBet {
  /** The next page is what comes `before` the last one's. */
  readonly id: number;
  readonly tableId: string;
  readonly round: number;
  readonly status: "settled" | "void";
  readonly pocket: string | null;
  readonly spot: string;
  readonly amount: number;
  readonly returned: number;
  readonly settledAt: string;
}

/** The player's bets of finished rounds, newest first. */
export async function playerBets(
  database: Queryable,
  playerId: string,
  page: Page,
): Promise<readonly PlayerBet[]> {
  const { rows } = await database.query<PlayerBet & { readonly settled_at: Date }>(
    `SELECT id, table_id AS "tableId", round, status, pocket, spot, amount, returned, settled_at
     FROM bets JOIN rounds USING (table_id, round)
     WHERE player_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
    [playerId, beforeOf(page), limitOf(page)],
  );
  return rows.map(({ settled_at: settledAt, ...bet }) => ({
    ...bet,
    settledAt: settledAt.toISOString(),
  }));
}

export interface PlayerTransfer {
  readonly id: number;
  readonly kind: string;
  /** What it added to the balance; below zero for a stake. */
  readonly change: number;
  readonly tableId: string | null;
  readonly round: number | null;
  readonly op: string | null;
  readonly at: string;
}

/** The player's transfers, newest first. */
export async function playerTransfers(
  database: Queryable,
  playerId: string,
  page: Page,
): Promise<readonly PlayerTransfer[]> {
  const { rows } = await database.query<PlayerTransfer & { readonly created_at: Date }>(
    `SELECT id, kind, CASE WHEN kind = 'stake' THEN -amount ELSE amount END AS change,
       table_id AS "tableId", round, op, created_at
     FROM transfers WHERE player_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
    [playerId, beforeOf(page), limitOf(page)],
  );
  return rows.map(({ created_at: createdAt, ...transfer }) => ({
    ...transfer,
    at: createdAt.toISOString(),
  }));
}
