/**
 * What an operation changed on the felt: `[["red", 5], ["odd", -5]]`, as the log has it in JSON.
 *
 * The database's owner can write anything there. What is of another shape changed nothing, and is a fault
 * of its own: nothing that reads it fails.
 */

const IS_CHANGE = `@.type() == "array" && @.size() == 2 && @[0].type() == "string"
  && @[1].type() == "number" && @[1] == @[1].floor() && @[1].abs() <= ${Number.MAX_SAFE_INTEGER}`;

/**
 * Whether `changes` are of the shape, for a query of operations: true where they are. What comes first decides
 * before what might not be there is asked for.
 */
export const ARE_CHANGES = `(changes @@ 'strict $.type() == "array" && !exists($[*] ? (!(${IS_CHANGE})))')`;

/** As a fault names them: their beginning, since there can be a gigabyte of them. */
export const CHANGES_NAMED = "left(changes::text, 200)";

/** A row of `spot` and `chips` for each of `changes`, for LATERAL in a query of operations. */
export const CHANGED = `(
  SELECT change->>0 AS spot, (change->1)::bigint AS chips
  FROM jsonb_array_elements(CASE WHEN ${ARE_CHANGES} THEN changes ELSE '[]' END) AS change)`;

export type Change = readonly [spot: string, chips: number];

/** The changes of that JSON; null where they are of another shape. */
export function changesOf(json: string): readonly Change[] | null {
  const found = parsed(json);
  return Array.isArray(found) && found.every(isChange) ? found : null;
}

const isChange = (value: unknown): value is Change =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === "string" &&
  Number.isSafeInteger(value[1]);

/** What a line of COPY has as JSON; undefined where it is none, since COPY escaped something in it. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
