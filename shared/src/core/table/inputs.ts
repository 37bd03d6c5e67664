/**
 * What can happen to a table. Time, randomness and the ledger's answers come in here and nowhere
 * else; every input carries the time at which it happened, in epoch milliseconds.
 */
import type { Chips } from "../chips.ts";
import type { Pocket, SpotId } from "../types.ts";

/** The five operations of a player; `content` is compared when an `op` comes again. */
export type OperationKind = "bet" | "undo" | "clear" | "double" | "repeat";

/** A signed change of one player's chips on one spot. */
export type SpotChange = readonly [spot: SpotId, chips: number];

/** One player's whole layout. */
export type ChipsOnSpots = readonly (readonly [spot: SpotId, chips: Chips])[];

export interface OperationInput {
  readonly type: "operation";
  readonly now: number;
  /** The host's number for the request; the answer carries it back. */
  readonly request: number;
  readonly playerId: string;
  readonly op: string;
  readonly kind: OperationKind;
  /** The batch of a `bet` as it came over the wire, shape checked; empty for the others. */
  readonly chips: readonly (readonly [spot: string, amount: number])[];
}

/** The store's answer to a `post` effect. */
export type PostOutcome =
  | { readonly status: "posted"; readonly balance: Chips }
  /** The op was posted before, perhaps in another round: nothing moved now. */
  | { readonly status: "already"; readonly sameContent: boolean; readonly answer: OperationAnswer }
  | { readonly status: "insufficient"; readonly balance: Chips }
  | { readonly status: "unavailable" };

/** The answer to an accepted operation; `chips` is there for all but `bet`. */
export interface OperationAnswer {
  readonly op: string;
  readonly round: number;
  readonly stake: Chips;
  readonly balance: Chips;
  readonly chips?: ChipsOnSpots;
}

export type TableInput =
  | { readonly type: "tick"; readonly now: number }
  | OperationInput
  | {
      readonly type: "posted";
      readonly now: number;
      readonly playerId: string;
      readonly op: string;
      readonly outcome: PostOutcome;
    }
  /** A player sat down (again); `lastChips` is what `repeat` would place, where the host knows it. */
  | {
      readonly type: "sat";
      readonly now: number;
      readonly playerId: string;
      readonly lastChips: ChipsOnSpots;
    }
  /** The seat is given up; chips on the table stay and are settled in absence. */
  | { readonly type: "left"; readonly now: number; readonly playerId: string }
  | {
      readonly type: "client-seed";
      readonly now: number;
      readonly playerId: string;
      readonly seed: string;
    }
  /** The round asked for by an `open` effect is durable, and was opened at `openedAt`. */
  | {
      readonly type: "opened";
      readonly now: number;
      readonly openedAt: number;
      readonly commitment: string;
    }
  /** The bets are durable as locked; only now does the step get to see the round's seed. */
  | { readonly type: "locked"; readonly now: number; readonly seed: string }
  /** The settlement is durable; balances of everyone who had chips on the table. */
  | {
      readonly type: "settled";
      readonly now: number;
      readonly balances: ReadonlyMap<string, Chips>;
    }
  /** Whether the database answers; while it does not, the table is paused and says so. */
  | { readonly type: "bank"; readonly now: number; readonly available: boolean };

/** A winning spot and what came back for it. */
export type Win = readonly [spot: SpotId, returned: Chips];

/** One player's round, told when the result is. */
export interface PlayerResult {
  readonly playerId: string;
  readonly round: number;
  readonly pocket: Pocket;
  readonly stake: Chips;
  readonly returned: Chips;
  readonly balance: Chips;
  readonly wins: readonly Win[];
}
