/**
 * The audit beside the one statement that anybody would write to add all transfers up, on the same
 * books in one run.
 */
import type { Pool } from "pg";
import { audit } from "../src/audit/audit.ts";
import { migrate } from "../src/db/migrate.ts";
import { createPool } from "../src/db/pool.ts";
import { createLogger } from "../src/platform/log.ts";
import { writeBooks } from "./audit/books.ts";
import { openBenchDatabase } from "./bank.ts";
import type { Benchmark } from "./figures.ts";
import { median, timed } from "./measure.ts";

/** Statement and audit take turns. */
const TURNS = 3;

const SUM = `SELECT account_id, sum(change) FROM (
    SELECT credit_id AS account_id, amount AS change FROM transfers
    UNION ALL SELECT debit_id, -amount FROM transfers) AS sides
  GROUP BY account_id`;

/** Measures on books of about so many transfers, which are gone afterwards. */
export async function benchAudit(transfers: number): Promise<Benchmark> {
  const database = await openBenchDatabase();
  const pool = createPool(database.url, createLogger("silent"), { statementMs: 0 });
  try {
    await migrate(pool);
    return await measure(pool, await writeBooks(pool, transfers));
  } finally {
    await pool.end();
    await database.close();
  }
}

async function measure(pool: Pool, transfers: number): Promise<Benchmark> {
  // Once for the caches.
  await pool.query(SUM);
  const sums: number[] = [];
  const balances: number[] = [];
  const wholes: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    sums.push(await timed(() => pool.query(SUM)));
    const { balancesMs, wholeMs } = await timedAudit(pool);
    balances.push(balancesMs);
    wholes.push(wholeMs);
  }
  const [sum, balance, whole] = [median(sums), median(balances), median(wholes)];
  return {
    title: `The audit of ${transfers} transfers, their rounds and bets, median of ${TURNS}`,
    figures: [
      { name: "one SELECT account, sum(amount) … GROUP BY account", value: sum, unit: "ms" },
      { name: "the whole proof", value: whole, unit: "ms" },
      { name: "proven", value: (1000 * transfers) / whole, unit: "transfers/s" },
    ],
    bars: [
      { name: "the balance checks take", value: balance / sum, unit: "SELECTs", atMost: 3 },
      { name: "the whole proof takes", value: whole / sum, unit: "SELECTs", atMost: 20 },
    ],
  };
}

async function timedAudit(pool: Pool): Promise<{ balancesMs: number; wholeMs: number }> {
  let balancesMs = Number.NaN;
  const startedAt = performance.now();
  const { sound } = await audit(pool, {
    tell: ({ check }) => {
      if (check.includes("below zero")) balancesMs = performance.now() - startedAt;
    },
  });
  if (!sound) throw new Error("the books that were made are not sound");
  return { balancesMs, wholeMs: performance.now() - startedAt };
}
