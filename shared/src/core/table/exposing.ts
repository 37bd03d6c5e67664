/**
 * Keeps the table's exposure in step with its books.
 *
 * Additions count from their evaluation on, so that two bets in flight cannot pass the house limit
 * together; removals count once they are posted.
 */
import { assert } from "../assert.ts";
import type { Chips } from "../chips.ts";
import { asChips, NO_CHIPS } from "../chips.ts";
import type { SpotId } from "../types.ts";
import type { SpotChange } from "./inputs.ts";
import type { TableState } from "./state.ts";

/** Counts one player's `changes` to posted `chips` (which do not contain them yet). */
export function expose(
  state: TableState,
  chips: ReadonlyMap<SpotId, Chips>,
  changes: readonly SpotChange[],
): void {
  for (const change of changes) {
    const { spot, before, after } = moveOf(state, chips, change);
    state.exposure.change(spot, before, after);
  }
}

/** Takes back exactly what {@link expose} counted. */
export function unexpose(
  state: TableState,
  chips: ReadonlyMap<SpotId, Chips>,
  changes: readonly SpotChange[],
): void {
  for (const change of changes) {
    const { spot, before, after } = moveOf(state, chips, change);
    state.exposure.change(spot, after, before);
  }
}

function moveOf(
  state: TableState,
  chips: ReadonlyMap<SpotId, Chips>,
  [spotId, amount]: SpotChange,
) {
  const spot = state.layout.find(spotId);
  assert(spot !== undefined, `chips on an unknown spot ${spotId}`);
  const before = chips.get(spotId) ?? NO_CHIPS;
  return { spot, before, after: asChips(before + amount) };
}
