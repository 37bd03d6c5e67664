import type { PoolClient } from "pg";
import { despiteBadData } from "./badData.ts";
import type { AuditLine, SqlCheck } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";

/** Has the database look a check up, in a transaction. What it cannot look up for the data is a fault. */
export async function lookUp(client: PoolClient, asked: SqlCheck): Promise<AuditLine> {
  const { check, count } = asked;
  const { rows } = await client.query<{ counted: number }>(count);
  const faults = await despiteBadData(
    client,
    () => faultsOf(client, asked),
    (reason) => [`cannot be looked up: ${reason}`],
  );
  return { check, counted: rows[0]?.counted ?? 0, ok: faults.length === 0, faults };
}

async function faultsOf(client: PoolClient, { faults }: SqlCheck): Promise<readonly string[]> {
  const { rows } = await client.query<{ fault: string }>(
    `SELECT fault FROM (${faults}) AS found LIMIT ${MOST_NAMED}`,
  );
  return rows.map(({ fault }) => fault);
}
