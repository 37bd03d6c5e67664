/**
 * What a table host needs of durable storage, in the words of the game.
 *
 * Every method resolves only after its transaction committed, and a call may be repeated with the same
 * ids: what is done already answers as it did the first time, and chips never move twice.
 *
 * `BankUnavailableError` of `post` means: nothing moved, ask again later. Where it cannot tell whether
 * its commit went through it finds out before it answers; `OutcomeUnknownError` means: it gave up.
 * Of a turn of the round (open, lock, settle, void) `BankUnavailableError` means only that there was no
 * answer: the turn may be committed. Whoever asked asks for the same turn again until there is one, or
 * reads where the table stands.
 *
 * A store is bound to one lease of one table (`lease.ts`): its writes throw `StaleLeaseError` once
 * somebody else has taken the table over.
 */
import type { Chips } from "@croupier/shared/core/chips";
import type { Posting, SettledBet } from "@croupier/shared/core/table/effects";
import type {
  ChipsOnSpots,
  OperationAnswer,
  OperationKind,
  SpotChange,
} from "@croupier/shared/core/table/inputs";
import type {
  ClientSeed,
  Payout,
  Pocket,
  TableConfig,
  WheelName,
  ZeroRule,
} from "@croupier/shared/core/types";

/** The database does not answer. An operational failure; what it leaves open is said above. */
export class BankUnavailableError extends Error {
  override readonly name = "BankUnavailableError";
}

/**
 * Nobody could find out whether a transaction went through. Memory may have fallen behind the
 * database, so the table has to start again from there; the round goes on.
 */
export class OutcomeUnknownError extends Error {
  override readonly name = "OutcomeUnknownError";
}

/**
 * The bank failed at something for a reason of its own that need not pass: a damaged page, a right that
 * is gone. Nothing was written, and it says nothing of the round, which goes on once somebody has mended
 * the bank.
 */
export class BankFaultError extends Error {
  override readonly name = "BankFaultError";
}

/** True where it is the bank that broke the table, and not anything of the table's own. */
export function isOfBank(error: unknown): boolean {
  return error instanceof OutcomeUnknownError || error instanceof BankFaultError;
}

export type PostResult =
  | { readonly status: "posted"; readonly balance: Chips }
  | { readonly status: "already"; readonly sameContent: boolean; readonly answer: OperationAnswer }
  | { readonly status: "insufficient"; readonly balance: Chips };

/** An operation that was posted earlier: whether it asked for the same, and the answer it got. */
export interface RecalledOperation {
  readonly sameContent: boolean;
  readonly answer: OperationAnswer;
}

export interface OpeningRound {
  readonly tableId: string;
  readonly round: number;
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
  readonly entropy: string;
  readonly clientSeeds: readonly ClientSeed[];
  /** Epoch milliseconds, as all times here. */
  readonly openedAt: number;
}

export interface SettlingRound {
  readonly tableId: string;
  readonly round: number;
  readonly seed: string;
  readonly pocket: Pocket;
  readonly bets: readonly SettledBet[];
  readonly payouts: readonly Payout[];
  readonly settledAt: number;
}

/** A posted operation as the log holds it, in the order of posting. */
export interface LoggedOperation {
  readonly playerId: string;
  readonly op: string;
  readonly kind: OperationKind;
  readonly changes: readonly SpotChange[];
  readonly answer: OperationAnswer;
}

/** A round that was running when its process ended. */
export interface UnfinishedRound {
  readonly round: number;
  readonly status: "open" | "locked";
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
  readonly commitment: string;
  readonly entropy: string;
  readonly clientSeeds: readonly ClientSeed[];
  readonly openedAt: number;
  readonly betsDigest: string | null;
  readonly operations: readonly LoggedOperation[];
}

/** Of how many void rounds in a row, the last ones, it is known to a host who has to hear of them. */
export const MOST_VOID_ROUNDS = 20;

/** A void round, and everyone who did something in it. */
export interface VoidRound {
  readonly round: number;
  readonly reason: string;
  readonly players: readonly {
    readonly playerId: string;
    /** What went back to them: 0 where none of their chips lay there. */
    readonly stake: Chips;
    /** Now, whatever the player did since. */
    readonly balance: Chips;
  }[];
}

/** What a table's past says when a host starts on it. */
export interface TableHistory {
  /** The number of the last finished round; 0 before the first. */
  readonly lastRound: number;
  /** Newest first. */
  readonly lastPockets: readonly Pocket[];
  /** The void rounds since the last settled one, oldest first: {@link MOST_VOID_ROUNDS} at most. */
  readonly voids: readonly VoidRound[];
  readonly unfinished: UnfinishedRound | null;
}

export interface TableStore {
  /** Makes sure that the table has its escrow, house and seed chain, and reads where it stands. */
  prepareTable(config: TableConfig): Promise<TableHistory>;

  /**
   * Makes a round durable and answers its commitment, `seed[round - 1]` in hex. It was opened at the
   * `openedAt` that it answers: where it was opened before, that is the first one's.
   */
  openRound(opening: OpeningRound): Promise<{ commitment: string; openedAt: number }>;

  /**
   * Posts one operation: its transfer, its log row, the balance; group-committed with whatever else
   * arrives.
   */
  post(tableId: string, posting: Posting): Promise<PostResult>;

  /**
   * Finds an operation of the player that was posted earlier, at any table and in any round. What was
   * posted at another table is none of the same content.
   */
  recall(
    tableId: string,
    asked: { readonly playerId: string; readonly op: string; readonly content: string },
  ): Promise<RecalledOperation | null>;

  /** Ends betting durably; after this no operation is posted to the round. Answers its seed, hex. */
  lockRound(locking: {
    readonly tableId: string;
    readonly round: number;
    readonly betsDigest: string;
    readonly lockedAt: number;
  }): Promise<{ seed: string }>;

  /** Outcome, bets, payouts and the seed's release in one transaction; answers the new balances. */
  settleRound(settling: SettlingRound): Promise<{ balances: ReadonlyMap<string, Chips> }>;

  /** Gives every stake back, and consumes the number and the seed; answers the new balances. */
  voidRound(voiding: {
    readonly tableId: string;
    readonly round: number;
    readonly reason: string;
    readonly voidedAt: number;
  }): Promise<{
    balances: ReadonlyMap<string, Chips>;
    stakes: ReadonlyMap<string, Chips>;
  }>;

  /** Resolves when the bank would take an operation at this table. */
  ping(): Promise<void>;

  /** The player's layout in the last round at this table that had chips of theirs; may be empty. */
  lastChips(tableId: string, playerId: string): Promise<ChipsOnSpots>;
}
