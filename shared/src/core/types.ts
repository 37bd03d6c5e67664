/** The words of the game as types (see GAME). */
import type { Chips } from "./chips.ts";

export const WHEELS = ["european", "american", "triple-zero"] as const;
export type WheelName = (typeof WHEELS)[number];

export const ZERO_RULES = ["none", "la-partage", "surrender"] as const;
export type ZeroRule = (typeof ZERO_RULES)[number];

/** A pocket's label: `"0"`, `"00"`, `"000"`, `"1"` … `"36"`. A string, never a number. */
export type Pocket = string;

/** A spot's public id, such as `split:17-20`. */
export type SpotId = string;

export const SPOT_KINDS = [
  "straight",
  "split",
  "street",
  "trio",
  "corner",
  "first-four",
  "top-line",
  "six-line",
  "dozen",
  "column",
  "red",
  "black",
  "odd",
  "even",
  "low",
  "high",
] as const;
export type SpotKind = (typeof SPOT_KINDS)[number];

export interface Spot {
  readonly id: SpotId;
  readonly kind: SpotKind;
  readonly covers: readonly Pocket[];
  /** What a winning chip earns beside itself: 35 for a straight. */
  readonly paysToOne: number;
}

export interface Limits {
  readonly min: Chips;
  readonly max: Readonly<Record<SpotKind, Chips>>;
  readonly playerMax: Chips;
  readonly houseMax: Chips;
}

/** One player's chips on one spot. */
export interface Bet {
  readonly playerId: string;
  readonly spot: SpotId;
  readonly amount: Chips;
}

export interface Payout {
  readonly playerId: string;
  readonly stake: Chips;
  /** Everything that comes back, stake included. */
  readonly returned: Chips;
}

export interface ClientSeed {
  readonly playerId: string;
  readonly seed: string;
}

/** What a table is, apart from what happens at it. Timings in milliseconds. */
export interface TableConfig {
  readonly tableId: string;
  readonly name: string;
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
  readonly bettingMs: number;
  readonly closingMs: number;
  readonly spinningMs: number;
  readonly resultMs: number;
  readonly maxPlayers: number;
  readonly limits: Limits;
}
