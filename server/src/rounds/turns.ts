/**
 * The transactions of a table's turns. They are as large as its round: one that the database ends for
 * the time it takes is given twice as much when it is asked for again. So a large round may be late on a
 * slow machine, and never impossible. A database that does not answer at all gets no more time by that.
 */
import type { Pool, PoolClient, QueryConfig } from "pg";
import { hadTooLittleTime } from "../db/errors.ts";
import { ANSWER_SHARE } from "../db/pool.ts";
import { inTransaction } from "../db/transaction.ts";
import { holdLease } from "../ledger/holdLease.ts";
import type { Lease } from "../tables/lease.ts";

/** The most that a statement is given, in milliseconds; a connection that hangs in it is known as late. */
const LONGEST_MS = 320_000;

/** Work in a transaction that holds the lease of the turn's table. */
type Work<Answer> = (client: PoolClient) => Promise<Answer>;

/** The turns of one table under one lease. */
export interface LeasedTurns {
  readonly turns: Turns;
  readonly lease: Lease;
}

export class Turns {
  readonly #pool: Pool;
  /** What statements of these tables are given, in milliseconds, where the pool's limit was too short. */
  readonly #limits = new Map<string, number>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** One transaction, in which nobody takes the table over. Throws `StaleLeaseError` where somebody has. */
  async take<Answer>(lease: Lease, work: Work<Answer>): Promise<Answer> {
    const { tableId } = lease;
    const limitMs = this.#limits.get(tableId);
    const begin = limitMs && `BEGIN; SET LOCAL statement_timeout = ${limitMs}`;
    const held: Work<Answer> = async (client) => {
      const patient = limitMs === undefined ? client : waitingFor(client, limitMs);
      await holdLease(patient, lease);
      return work(patient);
    };
    try {
      const answer = await inTransaction(this.#pool, held, begin || undefined);
      this.#limits.delete(tableId);
      return answer;
    } catch (error) {
      if (hadTooLittleTime(error)) this.#giveMore(tableId);
      throw error;
    }
  }

  #giveMore(tableId: string): void {
    const ofPool = Number(this.#pool.options.statement_timeout);
    const more = 2 * (this.#limits.get(tableId) ?? ofPool);
    this.#limits.set(tableId, Math.min(more, LONGEST_MS));
  }
}

/** The connection, on which an answer is waited for as long as a statement may take, and some more. */
function waitingFor(client: PoolClient, limitMs: number): PoolClient {
  const query_timeout = limitMs * ANSWER_SHARE;
  const query = (asked: string | QueryConfig, values: unknown[] = []) => {
    // A stream of rows is itself what is sent.
    const config = typeof asked === "string" ? { text: asked, values } : asked;
    return client.query(Object.assign(config, { query_timeout }));
  };
  return Object.create(client, { query: { value: query } });
}
