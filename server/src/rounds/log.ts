/**
 * The log of a round's operations, in the order of posting. It may be long: it is read in slices, so that
 * each is soon answered, however much the round has, and everything else gets its turn between two.
 */
import type { QueryResultRow } from "pg";
import type { Queryable } from "../db/transaction.ts";
import { nextTurn } from "../platform/turn.ts";

export interface RoundId {
  readonly tableId: string;
  readonly round: number;
}

/** Operations in a slice: of the widest ones, some hundred thousand changes. */
const SLICE = 500;

/**
 * The `columns` of a round's operations, slice by slice. The caller holds the round, or nothing is added
 * to it any more.
 */
export async function* slicesOfLog<Row extends QueryResultRow>(
  database: Queryable,
  { tableId, round }: RoundId,
  columns: string,
): AsyncGenerator<readonly Row[], void> {
  let after = 0;
  for (;;) {
    const { rows } = await database.query<Row & { readonly seq: number }>(
      `SELECT seq, ${columns} FROM operations
       WHERE table_id = $1 AND round = $2 AND seq > $3 ORDER BY seq LIMIT ${SLICE}`,
      [tableId, round, after],
    );
    yield rows;
    if (rows.length < SLICE) return;
    after = rows.at(-1)?.seq ?? after;
    await nextTurn();
  }
}
