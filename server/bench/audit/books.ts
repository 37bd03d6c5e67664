/** Sound books of any size, in the proportions of a busy house, for what has to read all of them. */
import type { Pool } from "pg";
import { BooksWriter } from "./booksWriter.ts";

/** At each of the twenty tables: forty stakes, what the winners get, and the house's part. */
const TRANSFERS_IN_ROUNDS = 20 * 53.5;

/** Fills an empty schema with about `transfers` transfers; answers how many there are. */
export async function writeBooks(pool: Pool, transfers: number): Promise<number> {
  const indexes = await dropIndexes(pool);
  const rounds = Math.max(1, Math.ceil(transfers / TRANSFERS_IN_ROUNDS));
  const writer = await BooksWriter.open(pool, rounds);
  for (let round = 1; round <= rounds; round += 1) await writer.play(round);
  const written = await writer.end(pool);
  for (const definition of indexes) await pool.query(definition);
  await pool.query("VACUUM ANALYZE");
  return written;
}

/** Drops what a load of many rows would have to keep up; answers what makes it again. */
async function dropIndexes(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ indexname: string; indexdef: string }>(
    `SELECT indexname, indexdef FROM pg_indexes
     WHERE tablename IN ('transfers', 'operations', 'bets', 'ledger_blocks')
       AND indexname NOT LIKE '%_pkey'`,
  );
  for (const { indexname } of rows) await pool.query(`DROP INDEX ${indexname}`);
  return rows.map(({ indexdef }) => indexdef);
}
