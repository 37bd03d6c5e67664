/**
 * The plain ways, as one would write them first: for each bet its row, a transfer, the player's
 * balance. Both wait for the disk, over as many connections as a server would have.
 */
import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../../src/db/transaction.ts";
import type { DrawnRound, PlannedRound, Way } from "./round.ts";
import { betsOf } from "./round.ts";

const CONNECTIONS = 8;

/** Makes the tables of one plain way; `prefix` tells them from another's. */
async function createBooks(pool: Pool, prefix: string, players: readonly string[]): Promise<void> {
  await pool.query(
    `CREATE TABLE ${prefix}_balances (id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0))
       WITH (fillfactor = 50);
     CREATE TABLE ${prefix}_bets (player_id text, round bigint, spot text, amount bigint NOT NULL,
       returned bigint, PRIMARY KEY (player_id, round, spot)) WITH (fillfactor = 80);
     CREATE TABLE ${prefix}_transfers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       player_id text NOT NULL, amount bigint NOT NULL)`,
  );
  await pool.query(`INSERT INTO ${prefix}_balances VALUES ('house', 1000000000000)`);
  await pool.query(`INSERT INTO ${prefix}_balances SELECT unnest($1::text[]), 10000000`, [players]);
}

/** One statement for each bet, which is a transaction of its own; no row that everyone waits for. */
export async function statementForEachBet(pool: Pool, players: readonly string[]): Promise<Way> {
  await createBooks(pool, "statement", players);
  const reserve = `WITH paid AS (
      UPDATE statement_balances SET balance = balance - $4 WHERE id = $1 AND balance >= $4
      RETURNING id),
    bet AS (INSERT INTO statement_bets SELECT id, $2, $3, $4, NULL FROM paid)
    INSERT INTO statement_transfers (player_id, amount) SELECT id, -$4 FROM paid`;
  const settle = `WITH bet AS (
      UPDATE statement_bets SET returned = $4 WHERE player_id = $1 AND round = $2 AND spot = $3),
    paid AS (
      UPDATE statement_balances SET balance = balance + $4 WHERE id = $1 AND $4 > 0 RETURNING id)
    INSERT INTO statement_transfers (player_id, amount) SELECT id, $4 FROM paid`;
  const typed = (text: string) =>
    text.replaceAll("$4", "$4::bigint").replaceAll("$2", "$2::bigint").replaceAll("$3", "$3::text");
  const each = { reserve: typed(reserve), settle: typed(settle) };
  return {
    reserve: (planned) =>
      inTurn(betsOf(planned), async ({ playerId, spot, amount }) => {
        const values = [playerId, planned.round, spot, amount];
        const { rowCount } = await pool.query({ name: "reserve-one", text: each.reserve, values });
        if (rowCount !== 1) throw new Error("a plain reserve was refused");
      }),
    settle: ({ round }, { bets }) =>
      inTurn(bets, async ({ playerId, spot, returned }) => {
        const values = [playerId, round, spot, returned];
        await pool.query({ name: "settle-one", text: each.settle, values });
      }),
  };
}

/** A transaction of several statements for each bet; the other side of each transfer is the house. */
export async function rowByRow(pool: Pool, players: readonly string[]): Promise<Way> {
  await createBooks(pool, "row", players);
  const bet = "INSERT INTO row_bets VALUES ($1, $2, $3, $4, NULL)";
  const settle = `UPDATE row_bets SET returned = $4
    WHERE player_id = $1 AND round = $2 AND spot = $3`;
  return {
    reserve: (planned: PlannedRound) =>
      inTurn(betsOf(planned), ({ playerId, spot, amount }) =>
        inTransaction(pool, async (client) => {
          await client.query(bet, [playerId, planned.round, spot, amount]);
          await transfer(client, playerId, -amount);
        }),
      ),
    settle: ({ round }, { bets }: DrawnRound) =>
      inTurn(bets, ({ playerId, spot, returned }) =>
        inTransaction(pool, async (client) => {
          await client.query(settle, [playerId, round, spot, returned]);
          if (returned > 0) await transfer(client, playerId, returned);
        }),
      ),
  };
}

/** From the house to the player, or back; the house's row last, so that it is held for no longer. */
async function transfer(client: PoolClient, playerId: string, amount: number): Promise<void> {
  const write = "INSERT INTO row_transfers (player_id, amount) VALUES ($1, $2)";
  await client.query(write, [playerId, amount]);
  const change = "UPDATE row_balances SET balance = balance + $2 WHERE id = $1";
  await client.query(change, [playerId, amount]);
  await client.query(change, ["house", -amount]);
}

/** Works through `items`, as many at the same time as there are connections. */
async function inTurn<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
}
