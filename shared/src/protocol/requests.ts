/**
 * Requests of a table room: `await room.request(type, payload)`.
 *
 * A request either answers or is refused (see `refusals.ts`); it never disconnects.
 */

/** One placement: `[spotId, amount]`. In a batch the same spot may come more than once. */
export type Placement = readonly [spot: string, amount: number];

export interface BetRequest {
  /** The client's id for the operation, 1–64 of `[0-9A-Za-z_-]`. */
  readonly op: string;
  readonly chips: readonly Placement[];
}

/** `undo` (last batch), `clear`, `double`, `repeat` (last round's bets). */
export interface LayoutRequest {
  readonly op: string;
}

/** Given once the stake is durable. */
export interface BetAnswer {
  readonly op: string;
  readonly round: number;
  /** The player's whole stake on the table in this round. */
  readonly stake: number;
  readonly balance: number;
}

export interface LayoutAnswer extends BetAnswer {
  /** The player's whole layout after the operation. */
  readonly chips: readonly Placement[];
}

export interface SeedRequest {
  /** 1 to 64 characters of `[0-9a-zA-Z_-]`. */
  readonly seed: string;
}

export interface SeedAnswer {
  /** The first round whose entropy takes the seed in. */
  readonly fromRound: number;
}

export interface TimeAnswer {
  /** The server's epoch milliseconds. */
  readonly now: number;
}

/** The five operations that move chips. */
export const OPERATION_KINDS = ["bet", "undo", "clear", "double", "repeat"] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];
