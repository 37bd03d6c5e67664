/** What lies where, as the auditor keeps it: a layout has chips by spot. */
import type { PlacedBet } from "./rules.ts";
import type { Change } from "./terms.ts";
import { check } from "./terms.ts";

/** The player's layout among those of a round; an empty one is put there where there is none. */
export function layoutAt(
  layouts: Map<string, Map<string, number>>,
  playerId: string,
): Map<string, number> {
  const layout = layouts.get(playerId) ?? new Map<string, number>();
  layouts.set(playerId, layout);
  return layout;
}

/** Puts changes into a layout; a spot without chips is not kept. */
export function change(
  layout: Map<string, number>,
  changes: readonly Change[],
  where: () => string,
): void {
  for (const [spot, chips] of changes) {
    const after = (layout.get(spot) ?? 0) + chips;
    check(Number.isSafeInteger(after) && after >= 0, () => `${where()}: ${after} on ${spot}`);
    if (after === 0) layout.delete(spot);
    else layout.set(spot, after);
  }
}

export function betsOf(layouts: ReadonlyMap<string, ReadonlyMap<string, number>>): PlacedBet[] {
  return Array.from(layouts).flatMap(([playerId, layout]) =>
    Array.from(layout, ([spot, amount]) => ({ playerId, spot, amount })),
  );
}

export function sum(values: readonly number[]): number {
  let all = 0;
  for (const value of values) all += value;
  return all;
}

/** All chips of a layout, or of whatever has some for each of its keys. */
export function chipsIn(chips: ReadonlyMap<string, number>): number {
  let all = 0;
  // No pair of key and value is made for each, as a loop would: this is asked for more than all else.
  chips.forEach((some) => {
    all += some;
  });
  return all;
}
