/** Posts many operations in one transaction and a handful of statements. */
import { asChips } from "@croupier/shared/core/chips";
import type { OperationAnswer } from "@croupier/shared/core/table/inputs";
import type { Pool, PoolClient } from "pg";
import { copyIn } from "../db/copyIn.ts";
import { inTransaction } from "../db/transaction.ts";
import type { PostResult } from "../tables/store.ts";
import { lockAccounts } from "./accounts.ts";
import type { AcceptedPosting, BatchGround, KnownOperation, PostingEntry } from "./postings.ts";
import { decidePostings, operationKey, roundKey } from "./postings.ts";
import { addTransfers } from "./transfers.ts";

/**
 * Decides and posts `entries` in their order; one result for each. An `Error` among the results is
 * about its own entry alone.
 *
 * Holds the leases and the rounds, so that no table is taken over and no round locked or finished
 * meanwhile, then the accounts: the same order as a settlement.
 *
 * @param now epoch milliseconds
 */
export function postBatch(
  pool: Pool,
  entries: readonly PostingEntry[],
  now: number,
): Promise<readonly (PostResult | Error)[]> {
  return inTransaction(pool, async (client) => {
    const { epochs, openRounds } = await holdRounds(client, entries);
    const accounts = await lockAccounts(client, {
      players: [...new Set(entries.map(({ posting }) => posting.playerId))],
      escrows: [...new Set(entries.map(({ lease }) => lease.tableId))],
    });
    // Read after the accounts are locked: another asking for the same op is done by then.
    const known = await findOperations(
      client,
      entries.map(({ posting }) => posting),
    );
    const decision = decidePostings(entries, { accounts, known, epochs, openRounds });
    await logOperations(client, decision.accepted, now);
    await addTransfers(client, decision.transfers, now);
    return decision.results;
  });
}

interface HeldRow {
  readonly table_id: string;
  readonly round: number;
  readonly status: string;
  readonly epoch: number;
}

/**
 * The current epochs of the entries' tables, and which of their rounds are open; all of it stays so
 * until the transaction's end.
 */
async function holdRounds(
  client: PoolClient,
  entries: readonly PostingEntry[],
): Promise<Pick<BatchGround, "epochs" | "openRounds">> {
  const rounds = new Map(
    entries.map(({ lease: { tableId }, posting: { round } }) => [
      roundKey(tableId, round),
      { tableId, round },
    ]),
  );
  const { rows } = await client.query<HeldRow>({
    name: "hold-rounds",
    text: "SELECT table_id, round, status, epoch FROM hold_rounds($1, $2)",
    values: [
      [...rounds.values()].map(({ tableId }) => tableId),
      [...rounds.values()].map(({ round }) => round),
    ],
  });
  const open = rows.filter(({ status }) => status === "open");
  return {
    epochs: new Map(rows.map(({ table_id, epoch }) => [table_id, epoch])),
    openRounds: new Set(open.map(({ table_id, round }) => roundKey(table_id, round))),
  };
}

interface OperationRow {
  readonly player_id: string;
  readonly op: string;
  readonly round: number;
  readonly content: Buffer;
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
    text: `SELECT player_id, op, round, content, ticket, stake_after, balance_after, chips_after
      FROM unnest($1::text[], $2::text[]) AS asked (its_player, its_op)
        CROSS JOIN LATERAL (
          SELECT * FROM operations WHERE player_id = its_player AND op = its_op LIMIT 1) AS known`,
    values: [asked.map(({ playerId }) => playerId), asked.map(({ op }) => op)],
  });
  return new Map(
    rows.map((row) => {
      const { content, ticket } = row;
      return [operationKey(row.player_id, row.op), { content, ticket, answer: answerOf(row) }];
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
  columns: [
    "table_id",
    "epoch",
    "round",
    "player_id",
    "op",
    "kind",
    "content",
    "ticket",
    "changes",
    "stake_change",
    "stake_after",
    "balance_after",
    "chips_after",
    "posted_at",
  ],
};

/** In the order of `accepted`, which the log's own numbers then keep. */
function logOperations(
  client: PoolClient,
  accepted: readonly AcceptedPosting[],
  now: number,
): Promise<void> {
  const postedAt = new Date(now).toISOString();
  return copyIn(
    client,
    LOG,
    accepted.map(({ lease, posting, ticket, content, balanceAfter }) => [
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
    ]),
  );
}
