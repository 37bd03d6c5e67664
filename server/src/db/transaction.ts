import type { Pool, PoolClient } from "pg";
import { DatabaseError } from "pg";
import { CommitUnknownError, inOneLine, isPassing } from "./errors.ts";

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

/** What a transaction has to say, and what it writes at last. */
export interface LastWrites<Answer> {
  readonly answer: Answer;
  readonly write: () => Promise<unknown>;
}

/**
 * As {@link inTransaction}, on a pool whose connections are pipelined: BEGIN travels with what `work`
 * asks for first, COMMIT with the last writes. Until `begun` resolves there may be no transaction, and
 * `work` must write nothing.
 */
export async function inPipelinedTransaction<Answer>(
  pool: Pool,
  work: (client: PoolClient, begun: Promise<unknown>) => Promise<LastWrites<Answer>>,
): Promise<Answer> {
  return withConnection(pool, async (client) => {
    const { answer, write } = await work(client, client.query("BEGIN"));
    const [written, committed] = await Promise.allSettled([write(), commit(client)]);
    // Where the database itself refused a write, COMMIT ended nothing but the transaction.
    if (written.status === "rejected" && written.reason instanceof DatabaseError) {
      throw written.reason;
    }
    if (committed.status === "rejected") throw committed.reason;
    if (written.status === "rejected") throw written.reason;
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
    if (!isPassing(error)) throw error;
    throw new CommitUnknownError(inOneLine(error), { cause: error });
  }
}

/** Leaves the connection clean, or answers why it has to be thrown away. */
async function rollBack(client: PoolClient, error: unknown): Promise<Error | undefined> {
  if (error instanceof CommitUnknownError) return error;
  try {
    await client.query("ROLLBACK");
    return undefined;
  } catch (failure) {
    return failure instanceof Error ? failure : new Error(String(failure));
  }
}
