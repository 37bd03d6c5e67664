/** Chips on spots, and how they change. */

import { assert } from "../assert.ts";
import type { Chips } from "../chips.ts";
import { asChips, NO_CHIPS } from "../chips.ts";
import type { SpotId } from "../types.ts";
import type { ChipsOnSpots, SpotChange } from "./inputs.ts";

/** Changes that lay down every chip of `chips` (once more). */
export function placing(chips: Iterable<readonly [SpotId, Chips]>): SpotChange[] {
  return Array.from(chips, ([spot, amount]): SpotChange => [spot, amount]);
}

/** Changes that undo `changes`. */
export function inverse(changes: readonly SpotChange[]): SpotChange[] {
  return changes.map(([spot, amount]): SpotChange => [spot, -amount]);
}

/** The chips that `changes` put on the felt less those that they take off. */
export function sumOf(changes: readonly SpotChange[]): number {
  let sum = 0;
  for (const [, amount] of changes) sum += amount;
  return sum;
}

/** Applies changes in place; a spot without chips is not kept. */
export function apply(chips: Map<SpotId, Chips>, changes: readonly SpotChange[]): void {
  for (const [spot, amount] of changes) {
    const after = (chips.get(spot) ?? NO_CHIPS) + amount;
    assert(after >= 0, `chips below zero on ${spot}`);
    if (after === 0) chips.delete(spot);
    else chips.set(spot, asChips(after));
  }
}

/** How many spots have chips after `changes`, each of another spot, leaving `chips` as it is. */
export function spotsAfter(
  chips: ReadonlyMap<SpotId, Chips>,
  changes: readonly SpotChange[],
): number {
  let spots = chips.size;
  for (const [spot, amount] of changes) {
    const before = chips.get(spot) ?? NO_CHIPS;
    if (before === 0) spots += 1;
    if (before + amount === 0) spots -= 1;
  }
  return spots;
}

/** The layout after `changes`, leaving `chips` as it is. */
export function layoutAfter(
  chips: ReadonlyMap<SpotId, Chips>,
  changes: readonly SpotChange[],
): ChipsOnSpots {
  const after = new Map(chips);
  apply(after, changes);
  return [...after];
}
