/** What rooms may ask of a running table, and what it tells them. */
import type { Chips } from "@croupier/shared/core/chips";
import type {
  ChipsOnSpots,
  OperationAnswer,
  OperationKind,
  PlayerResult,
  SpotChange,
} from "@croupier/shared/core/table/inputs";
import type { Refusal } from "@croupier/shared/core/table/refusal";
import type { TableState } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import type { VoidedStake } from "./recovery.ts";

export type TableEvent =
  /** Chips moved on the felt: show them with the next patch. */
  | { readonly type: "moved"; readonly playerId: string; readonly changes: readonly SpotChange[] }
  /** Phase or round changed: show it now. */
  | { readonly type: "turn" }
  /** Something broke: the table is paused until it has started again. Show it now. */
  | { readonly type: "froze" }
  | { readonly type: "result"; readonly result: PlayerResult }
  | VoidedEvent
  /** Another process runs the table now; nothing more comes from here. */
  | { readonly type: "lost" };

export interface VoidedEvent extends VoidedStake {
  readonly type: "voided";
  /** Told to who was away: the chips went back before, and may have been staked elsewhere since. */
  readonly isLate?: true;
}

export type OperationReply =
  | {
      readonly answer: OperationAnswer;
      /** It was answered before: its balance may be of long ago. */
      readonly isReplay?: true;
    }
  | { readonly refusal: Refusal };

export interface OperationRequest {
  readonly playerId: string;
  readonly op: string;
  readonly kind: OperationKind;
  /** Shape checked only: spots and amounts may still be nonsense. Empty for all but `bet`. */
  readonly chips: readonly (readonly [spot: string, amount: number])[];
}

/** How a wish to finish ended: not finished, where the table was to go on after all. */
export interface Finish {
  readonly finished: boolean;
}

export interface TableHost {
  readonly config: TableConfig;
  readonly state: Readonly<TableState>;

  /** Takes a seat; again is the same. */
  sit(playerId: string): Promise<void>;

  /**
   * Tells the player, who has the `balance`, which rounds of theirs were taken back while they were
   * away, the oldest first; once, and nothing where there is no such word.
   */
  tellVoided(playerId: string, balance: Chips): void;

  /** The word could not be brought to the player, whose connections are gone: it is told later. */
  keepVoided(voided: VoidedStake): void;

  /** Gives the seat up; chips on the felt stay and are settled in absence. */
  leave(playerId: string): void;

  operate(request: OperationRequest): Promise<OperationReply>;

  /** The seed counts from the answered round on. */
  setClientSeed(playerId: string, seed: string): { fromRound: number };

  /** Answers a function that ends the subscription. */
  subscribe(listener: (event: TableEvent) => void): () => void;

  /** The player's own chips; `lastChips` is what `repeat` would place. */
  ownLayout(playerId: string): {
    readonly stake: Chips;
    readonly chips: ChipsOnSpots;
    readonly lastChips: ChipsOnSpots;
  };

  /** Finds out whether the bank is away: something else could not reach the database. */
  doubtBank(): void;

  /** Freezes for good: another process runs the table now. Again is the same. */
  lose(): void;

  /**
   * Stops once the running round is over and before the next one opens; at once where the table does
   * not run. Resolves when it has stopped, or was lost, or is to go on after all.
   */
  finish(): Promise<Finish>;

  /** Goes on with the next round, where it was to finish; too late once the last one is over. */
  goOn(): void;

  /** Stops taking operations and ticking, once everything in flight is answered. */
  stop(): Promise<void>;
}
