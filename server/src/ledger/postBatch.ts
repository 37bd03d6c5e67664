/** Posts many operations in one transaction and a handful of statements. */
import type { Pool, PoolClient } from "pg";
import { addRows } from "../db/addRows.ts";
import { askAll } from "../db/askAll.ts";
import type { LastRows } from "../db/transaction.ts";
import { inPipelinedTransaction, inTransaction } from "../db/transaction.ts";
import type { PostResult } from "../tables/store.ts";
import { holdPostings } from "./holdPostings.ts";
import { operationRows } from "./operations.ts";
import type { PostingEntry } from "./postings.ts";
import { decidePostings } from "./postings.ts";
import { transferRows } from "./transfers.ts";

/**
 * Up to so many operations go in two trips: what they rest on; what they write, with COMMIT. For more
 * of them COPY is worth the trips that it takes.
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
    return inTransaction(pool, async (client) => {
      const { answer, added } = await post(client, { entries, now, begun: Promise.resolve() });
      for (const rows of added) await addRows(client, rows);
      return answer;
    });
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

/** Locks in the same order as a settlement: leases and rounds, then accounts. */
async function post(
  client: PoolClient,
  { entries, now, begun }: Batch,
): Promise<LastRows<readonly (PostResult | Error)[]>> {
  const [, ground] = await askAll(client, [() => begun, () => holdPostings(client, entries)]);
  const decision = decidePostings(entries, ground);
  const added = [operationRows(decision.accepted, now), transferRows(decision.transfers, now)];
  return { answer: decision.results, added };
}
