/** Rows into a table: a few by INSERT, which can travel with other statements; thousands by COPY. */
import type { PoolClient } from "pg";
import { arrayLiteral } from "./arrayLiteral.ts";
import type { CopyValue } from "./copyIn.ts";
import { copyIn } from "./copyIn.ts";

export interface RowsTarget {
  readonly table: string;
  /** The columns' types by their names, in the order of each row's values. */
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * Adds `rows` in their order; nothing where there are none. By INSERT on a pipelined connection, which
 * does no COPY.
 */
export async function addRows(
  client: PoolClient,
  { table, columns }: RowsTarget,
  rows: readonly (readonly CopyValue[])[],
): Promise<void> {
  const names = Object.keys(columns);
  if (!client.pipeline) return copyIn(client, { table, columns: names }, rows);
  if (rows.length === 0) return;
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
  await client.query({
    name: `add-${table}`,
    text: `INSERT INTO ${table} (${names.join(", ")}) SELECT * FROM unnest(${arrays.join(", ")})`,
    values: names.map((_, index) => arrayLiteral(rows.map((row) => row[index] ?? null))),
  });
}
