/**
 * Keeps the table's exposure in step with its books: what is posted counts as it is, what is under
 * way as its swing.
 */
import { assert } from "../assert.ts";
import type { Chips } from "../chips.ts";
import { asChips, NO_CHIPS } from "../chips.ts";
import type { Move, Swing } from "../exposure.ts";
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

/** What `changes` would do to the exposure, once posted. */
export function swingOf(
  state: TableState,
  chips: ReadonlyMap<SpotId, Chips>,
  changes: readonly SpotChange[],
): Swing {
  return state.exposure.swingOf(changes.map((change) => moveOf(state, chips, change)));
}

function moveOf(
  state: TableState,
  chips: ReadonlyMap<SpotId, Chips>,
  [spotId, amount]: SpotChange,
): Move {
  const spot = state.layout.find(spotId);
  assert(spot !== undefined, `chips on an unknown spot ${spotId}`);
  const before = chips.get(spotId) ?? NO_CHIPS;
  return { spot, before, after: asChips(before + amount) };
}
