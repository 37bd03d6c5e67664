import type { PoolClient } from "pg";
import { arrayLiteral } from "../db/arrayLiteral.ts";
import type { AccountRow } from "./accounts.ts";
import { LockedAccounts } from "./accounts.ts";
import type { OperationRow } from "./operations.ts";
import { knownOf } from "./operations.ts";
import type { BatchGround, PostingEntry } from "./postings.ts";
import { roundKey } from "./postings.ts";

interface RoundRow {
  readonly table_id: string;
  readonly round: number;
  readonly status: string;
  readonly epoch: number;
}

/** Null where there are none. */
interface GroundRow {
  readonly rounds: readonly RoundRow[] | null;
  readonly accounts: readonly AccountRow[] | null;
  readonly known: readonly OperationRow[] | null;
}

/**
 * Holds what the decision about `entries` rests on until the transaction's end, and answers it: no
 * table is taken over, no round locked or finished, no account changed by anybody else meanwhile. One
 * question, one answer: each more would cost a busy server its share of two programs' time.
 */
export async function holdPostings(
  client: PoolClient,
  entries: readonly PostingEntry[],
): Promise<BatchGround> {
  const asked = new Map(
    entries.map(({ lease: { tableId }, posting: { round } }) => [
      roundKey(tableId, round),
      { tableId, round },
    ]),
  );
  const { rows } = await client.query<GroundRow>({
    name: "hold-postings",
    text: "SELECT rounds, accounts, known FROM hold_postings($1, $2, $3, $4)",
    values: [
      Array.from(asked.values(), ({ tableId }) => tableId),
      Array.from(asked.values(), ({ round }) => round),
      arrayLiteral(entries.map(({ posting }) => posting.playerId)),
      arrayLiteral(entries.map(({ posting }) => posting.op)),
    ],
  });
  const [ground] = rows;
  const rounds = ground?.rounds ?? [];
  const open = rounds.filter(({ status }) => status === "open");
  return {
    epochs: new Map(rounds.map(({ table_id, epoch }) => [table_id, epoch])),
    openRounds: new Set(open.map(({ table_id, round }) => roundKey(table_id, round))),
    accounts: LockedAccounts.of(ground?.accounts ?? []),
    known: knownOf(ground?.known ?? []),
  };
}
