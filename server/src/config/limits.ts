/** The limits of a table that does not say otherwise. Chips. */
import type { SpotKind } from "@croupier/shared/core/types";

export const DEFAULT_LIMITS: {
  readonly min: number;
  readonly max: Readonly<Record<SpotKind, number>>;
  readonly playerMax: number;
  readonly houseMax: number;
} = {
  min: 1,
  max: {
    straight: 500,
    split: 1_000,
    street: 1_500,
    trio: 1_500,
    corner: 2_000,
    "first-four": 2_000,
    "top-line": 2_500,
    "six-line": 3_000,
    dozen: 10_000,
    column: 10_000,
    red: 20_000,
    black: 20_000,
    odd: 20_000,
    even: 20_000,
    low: 20_000,
    high: 20_000,
  },
  playerMax: 50_000,
  // A thousand players with the most on one straight, twice over.
  houseMax: 50_000_000,
};

/** The most that any limit may be: sums over a full table stay far inside the safe integers. */
export const MOST_CHIPS = 1_000_000_000;
