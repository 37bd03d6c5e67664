/**
 * The proof of the books: what must be true of chips and rounds, each looked up in the database and
 * not taken from anyone's word. Everything is read in one snapshot, so a server may go on meanwhile.
 */
import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../db/transaction.ts";
import { auditBalances } from "./balances.ts";
import type { AuditLine, SqlCheck } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";
import { auditRecords } from "./records.ts";
import { ROUNDS_CHECKS } from "./rounds.ts";
import type { Heads } from "./transfers.ts";
import { auditTransfers } from "./transfers.ts";

export interface AuditOptions {
  /** Told each line as soon as it is known. */
  readonly tell: (line: AuditLine) => void;
  /** Heads of an earlier audit: all that they stand for must still be there. */
  readonly since?: Heads;
}

export interface Audited {
  /** All invariants hold. */
  readonly sound: boolean;
  /** Where the chains of transfers stand. */
  readonly heads: Heads;
}

/**
 * Runs every check. `pool` has no limit on statements: to look through all the books takes as long as
 * they are.
 */
export function audit(pool: Pool, { tell, since = {} }: AuditOptions): Promise<Audited> {
  const snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  return inTransaction(
    pool,
    async (client) => {
      let sound = true;
      const report = (line: AuditLine) => {
        sound &&= line.ok;
        tell(line);
      };
      for (const line of await auditBalances(client)) report(line);
      const { lines, heads } = await auditTransfers(client, since);
      for (const line of lines) report(line);
      for (const check of ROUNDS_CHECKS) report(await look(client, check));
      report(await auditRecords(client));
      return { sound, heads };
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
