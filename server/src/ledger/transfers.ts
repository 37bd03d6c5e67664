/** Moving chips: transfers are added, all at once, and the database changes the balances by them. */
import type { Queryable } from "../db/transaction.ts";

/** See the table in the ledger's migration for what each moves, and how often it may. */
export type TransferKind =
  | "grant"
  | "daily"
  | "bankroll"
  | "stake"
  | "release"
  | "cover"
  | "payout"
  | "collect"
  | "void";

export interface Transfer {
  readonly kind: TransferKind;
  /** Gives the chips. */
  readonly debitId: number;
  /** Receives them. */
  readonly creditId: number;
  /** Above zero. */
  readonly amount: number;
  readonly playerId?: string;
  readonly tableId?: string;
  readonly round?: number;
  /** What tells it from others of its kind between the same accounts. */
  readonly op?: string;
}

/**
 * Adds transfers in their order. The caller has locked all accounts that they touch; a balance that
 * would go below zero breaks a constraint, and the transaction with it.
 *
 * @param at epoch milliseconds
 */
export async function addTransfers(
  client: Queryable,
  transfers: readonly Transfer[],
  at: number,
): Promise<void> {
  if (transfers.length === 0) return;
  // As one text: building arrays of thousands would hold everybody else up.
  await client.query({
    name: "add-transfers",
    text: `INSERT INTO transfers
        (kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at)
      SELECT kind, "debitId", "creditId", amount, "playerId", "tableId", round, op, $2
      FROM ROWS FROM (json_to_recordset($1) AS (
        kind text, "debitId" bigint, "creditId" bigint, amount bigint, "playerId" text,
        "tableId" text, round bigint, op text)) WITH ORDINALITY
      ORDER BY ordinality`,
    values: [JSON.stringify(transfers), new Date(at)],
  });
}
