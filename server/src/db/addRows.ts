/** Rows into a table: a few by INSERT, which can travel with other statements; thousands by COPY. */
import type { PoolClient, QueryConfig } from "pg";
import { arrayLiteral } from "./arrayLiteral.ts";
import type { CopyValue } from "./copyIn.ts";
import { copyIn } from "./copyIn.ts";

export interface RowsTarget {
  readonly table: string;
  /** The columns' types by their names, in the order of each row's values. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Rows that are to be added, in their order. */
export interface NewRows extends RowsTarget {
  readonly rows: readonly (readonly CopyValue[])[];
}

/**
 * Adds rows; nothing where there are none. By INSERT on a pipelined connection, which does no COPY.
 */
export async function addRows(client: PoolClient, added: NewRows): Promise<void> {
  const { table, columns, rows } = added;
  if (!client.pipeline) await copyIn(client, { table, columns: Object.keys(columns) }, rows);
  else if (rows.length > 0) await client.query(insertOf(added));
}

/** The statement that adds rows, one of which there has to be. */
export function insertOf({ table, columns, rows }: NewRows): QueryConfig {
  const names = Object.keys(columns);
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
  return {
    name: `add-${table}`,
    text: `INSERT INTO ${table} (${names.join(", ")}) SELECT * FROM unnest(${arrays.join(", ")})`,
    values: names.map((_, index) => arrayLiteral(rows.map((row) => row[index] ?? null))),
  };
}
