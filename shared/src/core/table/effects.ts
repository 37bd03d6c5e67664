/**
 * What a table wishes for. The step only says it; the host does it and reports back with an input.
 */
import type { Chips } from "../chips.ts";
import type { Bet, ClientSeed, Payout, Pocket } from "../types.ts";
import type {
  ChipsOnSpots,
  OperationAnswer,
  OperationKind,
  PlayerResult,
  SpotChange,
} from "./inputs.ts";
import type { Refusal } from "./refusal.ts";

/** An operation to make durable: its chips move between player and table escrow, or nothing does. */
export interface Posting {
  readonly playerId: string;
  readonly op: string;
  readonly kind: OperationKind;
  readonly round: number;
  /** Canonical text of what was asked for: the same op with other content is refused. */
  readonly content: string;
  readonly changes: readonly SpotChange[];
  /** Chips from the player to the table's escrow; negative: back. */
  readonly stakeChange: number;
  /** The player's stake in the round once this is posted. */
  readonly stakeAfter: Chips;
  /** The player's layout once this is posted; absent for `bet`, whose answer does not carry it. */
  readonly chipsAfter?: ChipsOnSpots;
}

/** A bet with what came back for it. */
export interface SettledBet extends Bet {
  readonly returned: Chips;
}

export type TableEffect =
  /** Make the next round durable; comes back as `opened`. */
  | {
      readonly type: "open";
      readonly round: number;
      readonly entropy: string;
      readonly clientSeeds: readonly ClientSeed[];
    }
  /** Make an operation durable; comes back as `posted`. */
  | { readonly type: "post"; readonly posting: Posting }
  /** Make the end of betting durable, then read the round's seed; comes back as `locked`. */
  | {
      readonly type: "lock";
      readonly round: number;
      readonly betsDigest: string;
      readonly now: number;
    }
  /** Outcome, payouts and the seed's release in one transaction; comes back as `settled`. */
  | {
      readonly type: "settle";
      readonly round: number;
      readonly seed: string;
      readonly pocket: Pocket;
      readonly bets: readonly SettledBet[];
      readonly payouts: readonly Payout[];
      readonly now: number;
    }
  | {
      readonly type: "answer";
      readonly request: number;
      readonly answer: OperationAnswer;
      /** It was answered before: its balance may be of long ago. */
      readonly isReplay?: true;
    }
  /**
   * Refuse, unless the store knows the op as posted earlier: then its stored answer goes out (or
   * `OP_REUSED`, where `content` differs).
   */
  | {
      readonly type: "refuse";
      readonly request: number;
      readonly playerId: string;
      readonly op: string;
      readonly content: string;
      readonly refusal: Refusal;
    }
  /** Chips moved on the felt, for whoever shows it. */
  | { readonly type: "moved"; readonly playerId: string; readonly changes: readonly SpotChange[] }
  /** The public state took a turn that everyone should see now. */
  | { readonly type: "turn" }
  | { readonly type: "result"; readonly result: PlayerResult };
