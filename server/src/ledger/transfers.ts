/** Moving chips: transfers are added, all at once, and the database changes the balances by them. */
import type { PoolClient } from "pg";
import type { NewRows } from "../db/addRows.ts";
import { addRows } from "../db/addRows.ts";

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

const TRANSFERS = {
  table: "transfers",
  columns: {
    kind: "text",
    debit_id: "bigint",
    credit_id: "bigint",
    amount: "bigint",
    player_id: "text",
    table_id: "text",
    round: "bigint",
    op: "text",
    created_at: "timestamptz",
  },
};

/**
 * Adds transfers in their order. The caller has locked all accounts that they touch; a balance that
 * would go below zero breaks a constraint, and the transaction with it.
 *
 * @param at epoch milliseconds
 */
export function addTransfers(
  client: PoolClient,
  transfers: readonly Transfer[],
  at: number,
): Promise<void> {
  return addRows(client, transferRows(transfers, at));
}

/** The rows that {@link addTransfers} adds. */
export function transferRows(transfers: readonly Transfer[], at: number): NewRows {
  const createdAt = new Date(at).toISOString();
  const rows = transfers.map((transfer) => [
    transfer.kind,
    transfer.debitId,
    transfer.creditId,
    transfer.amount,
    transfer.playerId ?? null,
    transfer.tableId ?? null,
    transfer.round ?? null,
    transfer.op ?? null,
    createdAt,
  ]);
  return { ...TRANSFERS, rows };
}
