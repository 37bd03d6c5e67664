/** Messages that the table room sends to one player. */
import type { Placement } from "./requests.ts";

/** After every join and reconnection: the player's own place at the table. */
export interface SeatMessage {
  readonly playerId: string;
  readonly name: string;
  readonly balance: number;
  /** The player's stake in the running round. */
  readonly stake: number;
  readonly chips: readonly Placement[];
  /** What `repeat` would place: the layout of the player's last round with chips. */
  readonly lastChips: readonly Placement[];
  readonly round: number;
  readonly limits: TableLimits;
  readonly clientSeed: string | null;
  /**
   * Where the connection ends without a word: milliseconds within which to come back, at a moment of
   * chance, so that not everybody comes at once. Longer for a greater crowd, 0 where nobody else is there.
   */
  readonly comeBackWithinMs?: number;
}

export interface SettledMessage {
  readonly round: number;
  readonly pocket: string;
  readonly stake: number;
  readonly returned: number;
  readonly net: number;
  readonly balance: number;
  readonly wins: readonly (readonly [spot: string, returned: number])[];
}

export interface VoidedMessage {
  readonly round: number;
  readonly reason: string;
  /** The stake that went back. */
  readonly stake: number;
  readonly balance: number;
}

/** The balance changed elsewhere: another table or device. */
export interface BalanceMessage {
  readonly balance: number;
}

export interface ChatMessage {
  readonly playerId: string;
  readonly name: string;
  readonly text: string;
  /** Server's epoch milliseconds. */
  readonly at: number;
}

export interface NoticeMessage {
  readonly code: string;
  readonly message: string;
  /**
   * The table goes on in another process, and this connection is about to end: milliseconds to wait
   * after its end before joining again, so that not everybody comes at once.
   */
  readonly comeBackInMs?: number;
}

/** Limits in chips; see GAME. */
export interface TableLimits {
  /** Least stake on a spot. */
  readonly min: number;
  /** Most on one spot, by its kind. */
  readonly max: Readonly<Record<string, number>>;
  /** Most for one player in one round. */
  readonly playerMax: number;
  /** Most that the house may have to pay in one round. */
  readonly houseMax: number;
}

/** The message types and their payloads, server to player. */
export interface PlayerMessages {
  readonly seat: SeatMessage;
  readonly settled: SettledMessage;
  readonly voided: VoidedMessage;
  readonly balance: BalanceMessage;
  readonly chat: ChatMessage;
  readonly notice: NoticeMessage;
}
