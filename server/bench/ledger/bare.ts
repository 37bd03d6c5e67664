/**
 * The least that a database can be asked for: the rows of the ledger in tables with its columns and
 * indexes, inserted in batches and nothing else. No balance, no lock, no trigger, no lease, no proof.
 */
import { createHash, randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { DrawnRound, PlannedRound, Way } from "./round.ts";
import { stakeOf } from "./round.ts";

const TABLE = "bare";
/** Any account's number: there are no balances here. */
const ESCROW = 1;
const FIRST_PLAYER = 10;

interface OperationRow {
  readonly playerId: string;
  readonly op: string;
  readonly content: Buffer;
  readonly ticket: string;
  readonly changes: string;
  readonly stake: number;
}

interface TransferRow {
  readonly kind: "stake" | "payout";
  readonly debitId: number;
  readonly creditId: number;
  readonly amount: number;
  readonly playerId: string;
  readonly op: string | null;
}

const OPERATIONS = `INSERT INTO bare_operations (table_id, epoch, round, player_id, op, kind, content,
    ticket, changes, stake_change, stake_after, balance_after, posted_at)
  SELECT '${TABLE}', 1, $1, player_id, op, 'bet', content, ticket, changes, stake, stake, stake, now()
  FROM unnest($2::text[], $3::text[], $4::bytea[], $5::uuid[], $6::jsonb[], $7::bigint[])
    AS t (player_id, op, content, ticket, changes, stake)`;

const transfers = (first: number) => {
  const columns = ["text", "bigint", "bigint", "bigint", "text", "text"];
  const arrays = columns.map((type, index) => `$${first + index}::${type}[]`).join(", ");
  return `INSERT INTO bare_transfers (kind, debit_id, credit_id, amount, player_id, table_id, round,
      op, created_at)
    SELECT kind, debit_id, credit_id, amount, player_id, '${TABLE}', $1, op, now()
    FROM unnest(${arrays}) AS t (kind, debit_id, credit_id, amount, player_id, op)`;
};

const BETS = `INSERT INTO bare_bets (table_id, round, player_id, spot, amount, returned)
  SELECT '${TABLE}', $1, player_id, spot, amount, returned
  FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])
    AS t (player_id, spot, amount, returned)`;

/** One statement, and so one transaction and one way to the database and back. */
const RESERVE = `WITH operations AS (${OPERATIONS}) ${transfers(8)}`;
const SETTLE = `WITH bets AS (${BETS}) ${transfers(6)}`;

/** Makes the tables, without rows. */
export async function bareInserts(pool: Pool, players: readonly string[]): Promise<Way> {
  for (const name of ["operations", "transfers", "bets"]) {
    await pool.query(`CREATE TABLE bare_${name} (LIKE ${name} INCLUDING ALL)`);
  }
  const accounts = new Map(players.map((playerId, index) => [playerId, FIRST_PLAYER + index]));
  const accountOf = (playerId: string): number => accounts.get(playerId) ?? 0;
  return {
    reserve: async (planned) => {
      for (const { operations, stakes } of batchesOf(planned, accountOf)) {
        const values = [planned.round, ...operationColumns(operations), ...transferColumns(stakes)];
        await pool.query({ name: "bare-reserve", text: RESERVE, values });
      }
    },
    settle: async ({ round }, drawn) => {
      const payouts = payoutsOf(drawn, accountOf);
      const values = [round, ...betColumns(drawn), ...transferColumns(payouts)];
      await pool.query({ name: "bare-settle", text: SETTLE, values });
    },
  };
}

type AccountOf = (playerId: string) => number;

function* batchesOf({ batches }: PlannedRound, accountOf: AccountOf) {
  for (const asks of batches) {
    const operations = asks.map(({ playerId, op, bets }): OperationRow => {
      const changes = JSON.stringify(bets.map(({ spot, amount }) => [spot, amount]));
      const content = createHash("sha256").update(changes).digest();
      return { playerId, op, content, ticket: randomUUID(), changes, stake: stakeOf(bets) };
    });
    const stakes = operations.map(({ playerId, op, stake }): TransferRow => {
      const debitId = accountOf(playerId);
      return { kind: "stake", debitId, creditId: ESCROW, amount: stake, playerId, op };
    });
    yield { operations, stakes };
  }
}

function payoutsOf({ payouts }: DrawnRound, accountOf: AccountOf): TransferRow[] {
  const paid = payouts.filter(({ returned }) => returned > 0);
  return paid.map(({ playerId, returned: amount }) => {
    const creditId = accountOf(playerId);
    return { kind: "payout", debitId: ESCROW, creditId, amount, playerId, op: null };
  });
}

const operationColumns = (rows: readonly OperationRow[]): unknown[] => [
  rows.map(({ playerId }) => playerId),
  rows.map(({ op }) => op),
  rows.map(({ content }) => content),
  rows.map(({ ticket }) => ticket),
  rows.map(({ changes }) => changes),
  rows.map(({ stake }) => stake),
];

const transferColumns = (rows: readonly TransferRow[]): unknown[] => [
  rows.map(({ kind }) => kind),
  rows.map(({ debitId }) => debitId),
  rows.map(({ creditId }) => creditId),
  rows.map(({ amount }) => amount),
  rows.map(({ playerId }) => playerId),
  rows.map(({ op }) => op),
];

const betColumns = ({ bets }: DrawnRound): unknown[] => [
  bets.map(({ playerId }) => playerId),
  bets.map(({ spot }) => spot),
  bets.map(({ amount }) => amount),
  bets.map(({ returned }) => returned),
];
