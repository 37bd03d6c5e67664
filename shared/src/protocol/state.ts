/**
 * The public room states as plain shapes, for readers that do not want the schema classes
 * (the client's store, bots, tests). The same bytes for everyone; nothing private.
 */
export const PHASES = ["betting", "closing", "spinning", "result", "paused"] as const;
export type Phase = (typeof PHASES)[number];

export interface SpotView {
  readonly chips: number;
  readonly players: number;
}

export interface SeatView {
  readonly name: string;
  /** An index into the client's chip colours. */
  readonly colour: number;
  readonly stake: number;
  /** spotId → chips. */
  readonly chips: ReadonlyMap<string, number>;
}

export interface TableView {
  readonly tableId: string;
  readonly name: string;
  readonly wheel: string;
  readonly zeroRule: string;
  readonly phase: Phase;
  readonly round: number;
  /** Server's epoch milliseconds. */
  readonly phaseEndsAt: number;
  readonly commitment: string;
  readonly entropy: string;
  readonly betsDigest: string;
  readonly pocket: string;
  readonly seed: string;
  /** Newest first. */
  readonly lastPockets: readonly string[];
  readonly players: number;
  readonly totalStake: number;
  readonly spots: ReadonlyMap<string, SpotView>;
  readonly seats: ReadonlyMap<string, SeatView>;
}

/** A big win at some table of the house. */
export interface BigWin {
  readonly name: string;
  readonly tableId: string;
  readonly round: number;
  readonly pocket: string;
  /** Chips won, the stake not counted. */
  readonly net: number;
  /** Server's epoch milliseconds. */
  readonly at: number;
}

export interface LobbyTableView {
  readonly tableId: string;
  readonly name: string;
  readonly wheel: string;
  readonly phase: Phase;
  readonly round: number;
  readonly phaseEndsAt: number;
  readonly players: number;
  readonly maxPlayers: number;
  readonly minStake: number;
  readonly lastPockets: readonly string[];
}
