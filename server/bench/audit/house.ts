/** Who takes part in made-up books: the issuer, tables with their seeds, players. */
import { hash, randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { ChainWriter } from "./chainWriter.ts";
import type { CopyIn } from "./copyIn.ts";

const TABLES = 20;
export const PLAYERS = 5_000;

interface Account {
  readonly id: number;
  balance: number;
}

export interface MadeTable {
  readonly tableId: string;
  readonly escrow: Account;
  readonly house: Account;
  readonly chain: ChainWriter;
  /** Seed i for round i; seed 0 is the anchor. */
  readonly seeds: readonly Buffer[];
}

export interface MadePlayer extends Account {
  readonly playerId: string;
}

export interface MadeHouse {
  readonly issuer: Account;
  readonly tables: readonly MadeTable[];
  readonly players: readonly MadePlayer[];
}

/** Makes everybody's accounts, and the tables' seeds for so many rounds. */
export async function makeHouse(pool: Pool, rounds: number, blocks: CopyIn): Promise<MadeHouse> {
  const { rows: issuers } = await pool.query<{ id: number }>("SELECT id FROM accounts");
  const { rows: owned } = await pool.query<{ id: number; kind: string; table_id: string }>(
    `INSERT INTO accounts (kind, table_id)
     SELECT kind, 'table-' || number FROM generate_series(1, $1) AS number,
       unnest(ARRAY['escrow', 'house']) AS kind RETURNING id, kind, table_id`,
    [TABLES],
  );
  const { rows: players } = await pool.query<{ id: number; playerId: string }>(
    `INSERT INTO accounts (kind, player_id)
     SELECT 'player', 'player' || lpad(number::text, 15, '0') FROM generate_series(1, $1) AS number
     RETURNING id, player_id AS "playerId"`,
    [PLAYERS],
  );
  const byTable = Map.groupBy(owned, ({ table_id }) => table_id);
  const tables = Array.from(byTable, ([tableId, accounts]): MadeTable => {
    const idOf = (kind: string) => accounts.find((account) => account.kind === kind)?.id ?? 0;
    return {
      tableId,
      escrow: { id: idOf("escrow"), balance: 0 },
      house: { id: idOf("house"), balance: 0 },
      chain: new ChainWriter(tableId, blocks),
      seeds: makeSeeds(rounds),
    };
  });
  for (const { tableId, seeds } of tables) {
    await pool.query(
      `INSERT INTO seed_chains (table_id, first_round, length, anchor, sealed, created_at)
       VALUES ($1, 1, $2, $3, '', now())`,
      [tableId, rounds, seeds[0]],
    );
  }
  return {
    issuer: { id: issuers[0]?.id ?? 0, balance: 0 },
    tables,
    players: players.map((player) => ({ ...player, balance: 0 })),
  };
}

function makeSeeds(rounds: number): readonly Buffer[] {
  const seeds = new Array<Buffer>(rounds + 1);
  let seed: Buffer = randomBytes(32);
  for (let index = rounds; index >= 0; index -= 1) {
    seeds[index] = seed;
    seed = hash("sha256", seed, "buffer");
  }
  return seeds;
}
