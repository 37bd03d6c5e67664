/** Posts many operations in one transaction and a handful of statements. */
import { asChips } from "@croupier/shared/core/chips";
import type { OperationAnswer } from "@croupier/shared/core/table/inputs";
import type { Pool, PoolClient } from "pg";
import { addRows } from "../db/addRows.ts";
import { askAll } from "../db/askAll.ts";
import { inPipelinedTransaction, inTransaction } from "../db/transaction.ts";
import type { PostResult } from "../tables/store.ts";
import { lockAccounts } from "./accounts.ts";
import type { AcceptedPosting, BatchGround, KnownOperation, PostingEntry } from "./postings.ts";
import { decidePostings, operationKey, roundKey } from "./postings.ts";
import { addTransfers } from "./transfers.ts";

/**
 * Up to so many operations go in three trips: what they rest on, what they write, COMMIT. For more of
 * them COPY is worth the trips that it takes.
 */
const FEW = 100;

export interface BatchPools {
  readonly pool: Pool;
  /** Its connections are pipelined. */
  readonly pipelined: Pool;
}

/**
 * Decides and posts `entries` in their order; one result for each. An `Error` among the results is
 * about its own entry alone.
 *
 * @param now epoch milliseconds
 */
export function postBatch(
  { pool, pipelined }: BatchPools,
  entries: readonly PostingEntry[],
  now: number,
): Promise<readonly (PostResult | Error)[]> {
  if (entries.length > FEW) {
    return inTransaction(pool, (client) =>
      post(client, { entries, now, begun: Promise.resolve() }),
    );
  }
  return inPipelinedTransaction(pipelined, (client, begun) =>
    post(client, { entries, now, begun }),
  );
}

interface Batch {
  readonly entries: readonly PostingEntry[];
  readonly now: number;
  readonly begun: Promise<unknown>;
}

/**
 * Holds the leases and the rounds, so that no table is taken over and no round locked or finished
 * meanwhile, then the accounts: the same order as a settlement.
 */
async function post(
  client: PoolClient,
  { entries, now, begun }: Batch,
): Promise<readonly (PostResult | Error)[]> {
  const choice = {
    players: [...new Set(entries.map(({ posting }) => posting.playerId))],
    escrows: [...new Set(entries.map(({ lease }) => lease.tableId))],
  };
  const postings = entries.map(({ posting }) => posting);
  const [, held, accounts, known] = await askAll(client, [
    () => begun,
    () => holdRounds(client, entries),
    () => lockAccounts(client, choice),
    // Read after the accounts are locked: another asking for the same op is done by then.
    () => findOperations(client, postings),
  ]);
  const decision = decidePostings(entries, { ...held, accounts, known });
  await askAll(client, [
    () => logOperations(client, decision.accepted, now),
    () => addTransfers(client, decision.transfers, now),
  ]);
  return decision.results;
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

/** In the order of `accepted`, which the log's own numbers then keep. */
function logOperations(
  client: PoolClient,
  accepted: readonly AcceptedPosting[],
  now: number,
): Promise<void> {
  const postedAt = new Date(now).toISOString();
  return addRows(
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
