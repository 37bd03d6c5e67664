import { assert } from "@croupier/shared/core/assert";
import type { Pool, PoolClient } from "pg";
import type { NewRows } from "./addRows.ts";
import { insertOf } from "./addRows.ts";
import {
  CommitUnknownError,
  inOneLine,
  isPassing,
  isRefusal,
  isUnanswered,
  wasNotSent,
} from "./errors.ts";

/** Whatever runs statements: the pool, or the connection of a transaction. */
export type Queryable = Pick<PoolClient, "query">;

/**
 * Runs `work` in one transaction (READ COMMITTED, unless `begin` says otherwise) and answers after
 * its commit. What `work` throws rolls everything back and is thrown on; a connection that is lost
 * during COMMIT throws {@link CommitUnknownError}.
 */
export async function inTransaction<Answer>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Answer>,
  begin = "BEGIN",
): Promise<Answer> {
  return withConnection(pool, async (client) => {
    await client.query(begin);
    const answer = await work(client);
    await commit(client);
    return answer;
  });
}

/**
 * Runs `work` in one snapshot, changing nothing, where a name without a schema is Postgres's own: what
 * others made in the schema public is not called, however well its types fit.
 */
export function inCatalog<Answer>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Answer>,
): Promise<Answer> {
  return inTransaction(pool, work, IN_CATALOG);
}
const IN_CATALOG =
  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog";

/** What a transaction has to say, and what it adds at last. */
export interface LastRows<Answer> {
  readonly answer: Answer;
  readonly added: readonly NewRows[];
}

/**
 * As {@link inTransaction}, on a pool whose connections are pipelined: BEGIN travels with what `work`
 * asks for first, COMMIT with the rows that are added at last. Until `begun` resolves there may be no
 * transaction, and `work` writes nothing itself.
 */
export async function inPipelinedTransaction<Answer>(
  pool: Pool,
  work: (client: PoolClient, begun: Promise<unknown>) => Promise<LastRows<Answer>>,
): Promise<Answer> {
  return withConnection(pool, async (client) => {
    assert(client.pipeline, "COMMIT would overtake what it commits");
    const { answer, added } = await work(client, client.query("BEGIN"));
    // All of them are whole before the first is sent: COMMIT must find everything or nothing.
    const inserts = added.filter(({ rows }) => rows.length > 0).map(insertOf);
    const written = Promise.all(inserts.map((insert) => client.query(insert)));
    const [writing, committing] = await Promise.allSettled([written, commit(client)]);
    // Where the database itself refused a row, COMMIT ended nothing but the transaction.
    if (writing.status === "rejected" && isRefusal(writing.reason)) throw writing.reason;
    if (committing.status === "rejected") throw committing.reason;
    if (writing.status === "rejected") throw writing.reason;
    return answer;
  });
}

/** Runs `transact` on a connection that is clean, or thrown away, afterwards. */
async function withConnection<Answer>(
  pool: Pool,
  transact: (client: PoolClient) => Promise<Answer>,
): Promise<Answer> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await transact(client);
  } catch (error) {
    broken = await rollBack(client, error);
    throw error;
  } finally {
    client.release(broken);
  }
}

async function commit(client: PoolClient): Promise<void> {
  try {
    const { command } = await client.query("COMMIT");
    // A transaction that failed without anyone noticing answers COMMIT with ROLLBACK.
    if (command !== "COMMIT") throw new Error(`the transaction ended as ${command}`);
  } catch (error) {
    if (!isPassing(error) || wasNotSent(error)) throw error;
    throw new CommitUnknownError(inOneLine(error), { cause: error });
  }
}

/** Leaves the connection clean, or answers why it has to be thrown away. */
async function rollBack(client: PoolClient, error: unknown): Promise<Error | undefined> {
  if (error instanceof CommitUnknownError) return error;
  // A ROLLBACK would wait behind what has no answer, for as long again.
  if (isUnanswered(error)) return error;
  try {
    await client.query("ROLLBACK");
    return undefined;
  } catch (failure) {
    return failure instanceof Error ? failure : new Error(String(failure));
  }
}
