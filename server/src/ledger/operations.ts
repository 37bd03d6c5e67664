/** The log of operations, as the database keeps it: looked up by player and op, and what is added to it. */
import { asChips } from "@croupier/shared/core/chips";
import type { OperationAnswer } from "@croupier/shared/core/table/inputs";
import type { PoolClient } from "pg";
import type { NewRows } from "../db/addRows.ts";
import type { AcceptedPosting, KnownOperation } from "./postings.ts";
import { operationKey } from "./postings.ts";

/** A row of the log, as far as it answers whoever asks for the same again. */
export interface OperationRow {
  readonly table_id: string;
  readonly player_id: string;
  readonly op: string;
  readonly round: number;
  /** SHA-256, in hexadecimal digits. */
  readonly content: string;
  readonly ticket: string;
  readonly stake_after: number;
  readonly balance_after: number;
  readonly chips_after: OperationAnswer["chips"] | null;
}

/** The operations of `asked` that are in the log, by {@link operationKey}. */
export async function findOperations(
  client: Pick<PoolClient, "query">,
  asked: readonly { readonly playerId: string; readonly op: string }[],
): Promise<Map<string, KnownOperation>> {
  const { rows } = await client.query<OperationRow>({
    name: "find-operations",
    // One look into the index for each: a join would be planned as a scan while the log is new.
    text: `SELECT table_id, player_id, op, round, encode(content, 'hex') AS content, ticket,
        stake_after, balance_after, chips_after
      FROM unnest($1::text[], $2::text[]) AS asked (its_player, its_op)
        CROSS JOIN LATERAL (
          SELECT * FROM operations WHERE player_id = its_player AND op = its_op LIMIT 1) AS known`,
    values: [asked.map(({ playerId }) => playerId), asked.map(({ op }) => op)],
  });
  return knownOf(rows);
}

/** What rows of the log tell of their operations, by {@link operationKey}. */
export function knownOf(rows: readonly OperationRow[]): Map<string, KnownOperation> {
  return new Map(
    rows.map((row) => {
      const content = Buffer.from(row.content, "hex");
      const known = { tableId: row.table_id, content, ticket: row.ticket, answer: answerOf(row) };
      return [operationKey(row.player_id, row.op), known];
    }),
  );
}

/** The answer that an operation got, from its row in the log. */
export function answerOf(
  row: Pick<OperationRow, "op" | "round" | "stake_after" | "balance_after" | "chips_after">,
): OperationAnswer {
  const answer = {
    op: row.op,
    round: row.round,
    stake: asChips(row.stake_after),
    balance: asChips(row.balance_after),
  };
  return row.chips_after == null ? answer : { ...answer, chips: row.chips_after };
}

const LOG = {
  table: "operations",
  columns: {
    table_id: "text",
    epoch: "bigint",
    round: "bigint",
    player_id: "text",
    op: "text",
    kind: "text",
    content: "bytea",
    ticket: "uuid",
    changes: "jsonb",
    stake_change: "bigint",
    stake_after: "bigint",
    balance_after: "bigint",
    chips_after: "jsonb",
    posted_at: "timestamptz",
  },
};

/**
 * The log's rows of `accepted`, in that order, which the log's own numbers then keep.
 *
 * @param now epoch milliseconds
 */
export function operationRows(accepted: readonly AcceptedPosting[], now: number): NewRows {
  const postedAt = new Date(now).toISOString();
  const rows = accepted.map(({ lease, posting, ticket, content, balanceAfter }) => [
    lease.tableId,
    lease.epoch,
    posting.round,
    posting.playerId,
    posting.op,
    posting.kind,
    content,
    ticket,
    JSON.stringify(posting.changes),
    posting.stakeChange,
    posting.stakeAfter,
    balanceAfter,
    posting.chipsAfter === undefined ? null : JSON.stringify(posting.chipsAfter),
    postedAt,
  ]);
  return { ...LOG, rows };
}
