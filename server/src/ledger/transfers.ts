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
  await client.query({
    name: "add-transfers",
    text: `INSERT INTO transfers
        (kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at)
      SELECT kind, debit_id, credit_id, amount, player_id, table_id, round, op, $9
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
                  $7::bigint[], $8::text[]) WITH ORDINALITY
        AS t (kind, debit_id, credit_id, amount, player_id, table_id, round, op, place)
      ORDER BY place`,
    values: [
      transfers.map(({ kind }) => kind),
      transfers.map(({ debitId }) => debitId),
      transfers.map(({ creditId }) => creditId),
      transfers.map(({ amount }) => amount),
      transfers.map(({ playerId }) => playerId ?? null),
      transfers.map(({ tableId }) => tableId ?? null),
      transfers.map(({ round }) => round ?? null),
      transfers.map(({ op }) => op ?? null),
      new Date(at),
    ],
  });
}
