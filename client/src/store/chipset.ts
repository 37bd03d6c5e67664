/** Arithmetic on chips lying on spots. */
import type { Placement } from "@croupier/shared/protocol/requests";
import type { Chipset } from "./model.ts";

/** Placements as a chipset; the same spot may come more than once. */
export function chipsetOf(placements: readonly Placement[]): Chipset {
  return withPlacements(new Map(), placements);
}

/** `chips` and `placements` together, as a new chipset. */
export function withPlacements(chips: Chipset, placements: readonly Placement[]): Chipset {
  const sum = new Map(chips);
  for (const [spot, amount] of placements) sum.set(spot, (sum.get(spot) ?? 0) + amount);
  return sum;
}

/** All chips of a chipset. */
export function totalOf(chips: Chipset): number {
  let total = 0;
  for (const amount of chips.values()) total += amount;
  return total;
}
