/**
 * Chips: whole, play-money units.
 *
 * A `Chips` value is a non-negative safe integer that has been checked once, at the border where it
 * came in. Inside the border nobody checks again; sums that could leave the safe range go through
 * {@link addChips}, which asserts.
 */
import { assert } from "./assert.ts";

declare const unit: unique symbol;

/** A whole, non-negative number of chips. */
export type Chips = number & { readonly [unit]: "chips" };

/** No chips. */
export const NO_CHIPS: Chips = 0 as Chips;

/** True for a value that can be an amount of chips: a safe integer, zero or more. */
export function isChips(value: unknown): value is Chips {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Asserts that `value` is an amount of chips; a failure is a bug in the caller, never bad input. */
export function asChips(value: number): Chips {
  assert(isChips(value), `not an amount of chips: ${value}`);
  return value;
}

/** The sum of amounts; asserts that it stays in the safe range. */
export function addChips(...amounts: readonly Chips[]): Chips {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  return asChips(sum);
}

/** `from - amount`; asserts that it does not go below zero. */
export function subtractChips(from: Chips, amount: Chips): Chips {
  return asChips(from - amount);
}
