/**
 * The proof of the books: what must be true of chips and rounds, each looked up in the database and
 * not taken from anyone's word. Everything is read in one snapshot, so a server may go on meanwhile.
 */
import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../db/transaction.ts";
import type { AuditLine, SqlCheck } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";
import { CHIPS_CHECKS } from "./chips.ts";
import { auditRecords } from "./records.ts";
import { ROUNDS_CHECKS } from "./rounds.ts";

/**
 * Runs every check; tells each line as soon as it is known. True where all hold. `pool` has no limit
 * on statements: to look through all the books takes as long as they are.
 */
export function audit(pool: Pool, tell: (line: AuditLine) => void): Promise<boolean> {
  const snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  return inTransaction(
    pool,
    async (client) => {
      let sound = true;
      const report = (line: AuditLine) => {
        sound &&= line.ok;
        tell(line);
      };
      for (const check of [...CHIPS_CHECKS, ...ROUNDS_CHECKS]) report(await look(client, check));
      report(await auditRecords(client));
      return sound;
    },
    snapshot,
  );
}

async function look(client: PoolClient, { check, count, faults }: SqlCheck): Promise<AuditLine> {
  const { rows: counts } = await client.query<{ counted: number }>(count);
  const { rows } = await client.query<{ fault: string }>(
    `SELECT fault FROM (${faults}) AS found LIMIT ${MOST_NAMED}`,
  );
  return {
    check,
    counted: counts[0]?.counted ?? 0,
    ok: rows.length === 0,
    faults: rows.map(({ fault }) => fault),
  };
}
