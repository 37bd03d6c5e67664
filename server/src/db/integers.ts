/** Postgres' bigint as text → a number; asserts that it is exact. */
import { assert } from "@croupier/shared/core/assert";

export function asSafeInteger(text: string): number {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `a number from the database is not exact: ${text}`);
  return value;
}
