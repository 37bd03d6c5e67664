/**
 * Everything that the client knows, as plain data.
 *
 * Two sources feed it and neither overrules the other: the table's public state (`table`, the same
 * for everyone) and what the server tells this player alone (`seat`, `balance`, `settlement`). What
 * the player has asked for and the server has not answered yet lives apart, in `pending`: it is
 * shown as ghosted chips and counts for nothing.
 */
import type { Leader, Period } from "@croupier/shared/protocol/leaderboard";
import type {
  ChatMessage,
  SettledMessage,
  TableLimits,
  VoidedMessage,
} from "@croupier/shared/protocol/messages";
import type { OperationKind, Placement } from "@croupier/shared/protocol/requests";
import type { BigWin, LobbyTableView, TableView } from "@croupier/shared/protocol/state";

export type Connection = "connecting" | "online" | "reconnecting" | "offline";

/** The signed-in player. */
export interface Me {
  readonly playerId: string;
  readonly name: string;
  /** True until the player registers an e-mail address. */
  readonly guest: boolean;
}

/** spotId → chips. */
export type Chipset = ReadonlyMap<string, number>;

/** One's own place at the table, as the server confirmed it. */
export interface Seat {
  readonly round: number;
  readonly chips: Chipset;
  /** What `repeat` would place. */
  readonly lastChips: Chipset;
  readonly limits: TableLimits;
  readonly clientSeed: string | null;
  /** The first round that takes the client seed in, once the server said so. */
  readonly seedFromRound: number | null;
}

/** An operation that the server has not answered yet. */
export interface PendingOperation {
  readonly op: string;
  readonly kind: OperationKind;
  /** The round it was meant for: it is never sent into another one. */
  readonly round: number;
  /** Empty for all but `bet`. */
  readonly chips: readonly Placement[];
}

/** How long a table's phases last, in milliseconds. */
export interface PhaseTimings {
  readonly bettingMs: number;
  readonly closingMs: number;
  readonly spinningMs: number;
  readonly resultMs: number;
}

/** Somebody who won more than they staked, as far as it is shown; `net` is above zero. */
export type ShownLeader = Pick<Leader, "playerId" | "name" | "net">;

export interface Leaders {
  readonly period: Period;
  /** The best first; null until the house has told of this period. */
  readonly players: readonly ShownLeader[] | null;
}

/** A line that somebody said at the table. */
export interface TalkLine extends ChatMessage {
  /** Counts the lines heard at this table, from 1 on. */
  readonly id: number;
}

/** What is said at the table. */
export interface Talk {
  /** Oldest first. */
  readonly lines: readonly TalkLine[];
  /** Lines of others that came while nobody looked. */
  readonly unread: number;
  /** Whether the player has the talk before their eyes. */
  readonly watched: boolean;
}

export type NoticeTone = "info" | "warning" | "error";

export interface Notice {
  readonly id: number;
  readonly tone: NoticeTone;
  readonly text: string;
}

/** What the last round did to this player, shown while the table shows the result. */
export type Settlement =
  | ({ readonly kind: "settled" } & SettledMessage)
  | ({ readonly kind: "voided" } & VoidedMessage);

export interface AppState {
  readonly connection: Connection;
  readonly me: Me | null;
  /** Null until the server told it. */
  readonly balance: number | null;
  readonly lobby: readonly LobbyTableView[];
  /** Newest first. */
  readonly wins: readonly BigWin[];
  readonly leaders: Leaders;
  /** The table that the player sits at or is on the way to. */
  readonly tableId: string | null;
  readonly table: TableView | null;
  /** The house has said that the table goes on elsewhere: the connection is about to end for that. */
  readonly moving: boolean;
  readonly talk: Talk;
  /** Null until asked for; the phases' ends are known without it. */
  readonly timings: PhaseTimings | null;
  readonly seat: Seat | null;
  readonly pending: readonly PendingOperation[];
  /** A settlement that came while the ball still rolls: told once it rests. */
  readonly heldSettlement: Settlement | null;
  readonly settlement: Settlement | null;
  readonly selectedChip: number;
  readonly hoveredSpot: string | null;
  readonly notices: readonly Notice[];
  readonly nextNoticeId: number;
}

/** The chips in the rack, in the order shown. */
export const CHIP_RACK = [1, 5, 25, 100, 500, 1000] as const;

/** Notices kept at once; the oldest goes first. */
export const NOTICES_KEPT = 4;

/** Lines kept at once; the oldest goes first. */
export const LINES_KEPT = 100;

export const NO_CHIPSET: Chipset = new Map();

export const INITIAL_STATE: AppState = {
  connection: "connecting",
  me: null,
  balance: null,
  lobby: [],
  wins: [],
  leaders: { period: "day", players: null },
  tableId: null,
  table: null,
  moving: false,
  talk: { lines: [], unread: 0, watched: false },
  timings: null,
  seat: null,
  pending: [],
  heldSettlement: null,
  settlement: null,
  selectedChip: 5,
  hoveredSpot: null,
  notices: [],
  nextNoticeId: 1,
};
