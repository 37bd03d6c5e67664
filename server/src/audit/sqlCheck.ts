import type { PoolClient } from "pg";
import type { AuditLine, SqlCheck } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";

/** Has the database look a check up. */
export async function lookUp(client: PoolClient, asked: SqlCheck): Promise<AuditLine> {
  const { check, count, faults } = asked;
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
