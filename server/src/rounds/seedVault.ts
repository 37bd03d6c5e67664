/**
 * The seed chains of all tables: made, kept encrypted in the database, and read.
 *
 * A table's chains follow one another: the chain with `first_round` f and length n serves the rounds
 * f … f + n - 1, round f + i - 1 with its seed i. While the last chain has few rounds left the next
 * one is made, which publishes its anchor. What commits to a chain's first round is its anchor.
 *
 * Seeds leave this module in two ways only: what is public already (a commitment), and the seed of a
 * round that is locked.
 */
import { assert } from "@croupier/shared/core/assert";
import type { Pool } from "pg";
import { inOneLine } from "../db/errors.ts";
import type { Queryable } from "../db/transaction.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { open, seal } from "./sealing.ts";
import { makeChain, SeedReader } from "./seedChain.ts";

/** With fewer rounds left than this the next chain is made; its anchor is out as long ahead. */
const ROUNDS_AHEAD = 2_000;

/** SEED_KEY is not the key that the chains were sealed with; the message is one line. */
export class SeedKeyError extends Error {
  override readonly name = "SeedKeyError";
}

interface Chain {
  readonly firstRound: number;
  readonly length: number;
  readonly reader: SeedReader;
}

interface ChainRow {
  readonly first_round: number;
  readonly length: number;
  readonly anchor: Buffer;
  readonly sealed: Buffer;
}

export interface SeedVaultOptions {
  readonly pool: Pool;
  /** 32 bytes. */
  readonly seedKey: Buffer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly chainLength: number;
}

export class SeedVault {
  readonly #options: SeedVaultOptions;
  /** By table, in the order of rounds; those that are used up are dropped. */
  readonly #chains = new Map<string, Chain[]>();
  readonly #making = new Map<string, Promise<void>>();

  constructor(options: SeedVaultOptions) {
    assert(options.seedKey.length === 32, "SEED_KEY has 32 bytes");
    this.#options = options;
  }

  /** Makes sure that there is a chain for `nextRound`. */
  async prepare(tableId: string, nextRound: number): Promise<void> {
    await this.#making.get(tableId);
    await this.#load(tableId, nextRound);
    if (this.#find(tableId, nextRound) === undefined) await this.#extend(tableId, nextRound);
    this.#lookAhead(tableId, nextRound);
  }

  /** What commits to the round's seed; public. */
  async commitmentOf(tableId: string, round: number): Promise<Buffer> {
    const { chain, index } = await this.#place(tableId, round);
    this.#lookAhead(tableId, round);
    return chain.reader.seedAt(index - 1);
  }

  /** The seed of a round. The caller has seen in the database that it is locked or being voided. */
  async seedOf(tableId: string, round: number): Promise<Buffer> {
    const { chain, index } = await this.#place(tableId, round);
    return chain.reader.seedAt(index);
  }

  async #place(tableId: string, round: number): Promise<{ chain: Chain; index: number }> {
    if (this.#find(tableId, round) === undefined) await this.prepare(tableId, round);
    const chain = this.#find(tableId, round);
    assert(chain !== undefined, `table ${tableId} has no chain for round ${round}`);
    return { chain, index: round - chain.firstRound + 1 };
  }

  #find(tableId: string, round: number): Chain | undefined {
    return this.#chains.get(tableId)?.find((chain) => serves(chain, round));
  }

  /** Reads the chains that serve `round` or later ones. */
  async #load(tableId: string, round: number): Promise<void> {
    const { rows } = await this.#options.pool.query<ChainRow>(
      `SELECT first_round, length, anchor, sealed FROM seed_chains
       WHERE table_id = $1 AND first_round + length > $2 ORDER BY first_round`,
      [tableId, round],
    );
    const chains = rows.map((row) => this.#open(tableId, row));
    this.#chains.set(tableId, chains);
  }

  #open(tableId: string, { first_round: firstRound, length, anchor, sealed }: ChainRow): Chain {
    const checkpoints = unsealed({ tableId, firstRound, sealed }, this.#options.seedKey);
    return { firstRound, length, reader: new SeedReader({ anchor, length, checkpoints }) };
  }

  /** Begins the next chain in the background where the last one has few rounds left. */
  #lookAhead(tableId: string, round: number): void {
    const last = this.#chains.get(tableId)?.at(-1);
    if (last === undefined || !serves(last, round)) return;
    const end = last.firstRound + last.length;
    if (end - round >= ROUNDS_AHEAD || this.#making.has(tableId)) return;
    const making = this.#extend(tableId, end)
      // It is tried again at the next round; without it the round that needs it waits.
      .catch((error: unknown) =>
        this.#options.log.error({ tableId, reason: inOneLine(error) }, "no next seed chain"),
      )
      .finally(() => this.#making.delete(tableId));
    this.#making.set(tableId, making);
  }

  /** Makes the chain that begins with `firstRound`, unless another process was faster. */
  async #extend(tableId: string, firstRound: number): Promise<void> {
    const { pool, seedKey, clock, chainLength, log } = this.#options;
    const { anchor, length, checkpoints } = await makeChain(chainLength);
    const sealed = seal(checkpoints, seedKey, labelOf(tableId, firstRound));
    await pool.query(
      `INSERT INTO seed_chains (table_id, first_round, length, anchor, sealed, created_at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [tableId, firstRound, length, anchor, sealed, new Date(clock.now())],
    );
    log.info({ tableId, firstRound, length, anchor: anchor.toString("hex") }, "seed chain is out");
    await this.#load(tableId, Math.max(1, firstRound - 1));
  }
}

function serves({ firstRound, length }: Chain, round: number): boolean {
  return round >= firstRound && round < firstRound + length;
}

interface SealedChain {
  readonly tableId: string;
  readonly firstRound: number;
  readonly sealed: Buffer;
}

function unsealed({ tableId, firstRound, sealed }: SealedChain, seedKey: Buffer): Buffer {
  const checkpoints = open(sealed, seedKey, labelOf(tableId, firstRound));
  if (checkpoints !== null) return checkpoints;
  throw new SeedKeyError(
    `SEED_KEY: it does not open the seeds of table ${tableId}; it takes the key that they were made with.`,
  );
}

/**
 * Throws {@link SeedKeyError} unless `seedKey` opens every chain that serves a running round or a later
 * one, and the last chain of every table that there is.
 */
export async function checkSeedKey(database: Queryable, seedKey: Buffer): Promise<void> {
  const { rows } = await database.query<SealedChain>(
    `SELECT table_id AS "tableId", first_round AS "firstRound", sealed
     FROM (SELECT *, max(first_round) OVER (PARTITION BY table_id) AS newest FROM seed_chains) AS chains
       LEFT JOIN LATERAL (
         SELECT round + (status IN ('settled', 'void'))::integer AS due FROM rounds
         WHERE rounds.table_id = chains.table_id ORDER BY round DESC LIMIT 1) AS last ON true
     WHERE first_round + length > coalesce(due, 1) OR first_round = newest
     ORDER BY table_id, first_round`,
  );
  for (const chain of rows) unsealed(chain, seedKey);
}

/** Bound into the encryption: a chain of one table does not pass for another's. */
function labelOf(tableId: string, firstRound: number): string {
  return `croupier/v1|${tableId}|${firstRound}`;
}

/** A chain as the public sees it. */
export interface PublicChain {
  readonly firstRound: number;
  readonly length: number;
  /** Hex. */
  readonly anchor: string;
}

/** The chains of a table, in order; all of it is public. */
export async function chainsOf(database: Queryable, tableId: string): Promise<PublicChain[]> {
  const { rows } = await database.query<{ first_round: number; length: number; anchor: Buffer }>(
    `SELECT first_round, length, anchor FROM seed_chains WHERE table_id = $1 ORDER BY first_round`,
    [tableId],
  );
  return rows.map((row) => ({
    firstRound: row.first_round,
    length: row.length,
    anchor: row.anchor.toString("hex"),
  }));
}
