/** What can happen to the client's model. */
import type { Period } from "@croupier/shared/protocol/leaderboard";
import type {
  ChatMessage,
  SeatMessage,
  SettledMessage,
  VoidedMessage,
} from "@croupier/shared/protocol/messages";
import type { Refusal } from "@croupier/shared/protocol/refusals";
import type { BetAnswer, LayoutAnswer } from "@croupier/shared/protocol/requests";
import type { BigWin, LobbyTableView, TableView } from "@croupier/shared/protocol/state";
import type {
  Connection,
  Me,
  NoticeTone,
  PendingOperation,
  PhaseTimings,
  ShownLeader,
} from "./model.ts";

export type Action =
  | { readonly type: "connection-changed"; readonly connection: Connection }
  | { readonly type: "signed-in"; readonly me: Me; readonly balance: number }
  | { readonly type: "signed-out" }
  | { readonly type: "lobby-changed"; readonly tables: readonly LobbyTableView[] }
  | { readonly type: "wins-told"; readonly wins: readonly BigWin[] }
  | { readonly type: "period-chosen"; readonly period: Period }
  | {
      readonly type: "leaders-told";
      readonly period: Period;
      readonly players: readonly ShownLeader[];
    }
  | { readonly type: "table-chosen"; readonly tableId: string }
  | { readonly type: "table-left" }
  | { readonly type: "table-changed"; readonly table: TableView }
  /** The house sends its players off to where the table goes on. */
  | { readonly type: "table-moving" }
  | { readonly type: "talk-heard"; readonly message: ChatMessage }
  | { readonly type: "talk-watched"; readonly watched: boolean }
  | { readonly type: "timings-told"; readonly tableId: string; readonly timings: PhaseTimings }
  | { readonly type: "seated"; readonly seat: SeatMessage }
  | { readonly type: "operation-queued"; readonly operation: PendingOperation }
  | { readonly type: "operation-answered"; readonly answer: BetAnswer | LayoutAnswer }
  | { readonly type: "operation-refused"; readonly op: string; readonly refusal: Refusal }
  /** No answer in spite of every repetition: nobody here knows whether it stood. */
  | { readonly type: "operation-lost"; readonly op: string }
  | { readonly type: "settled"; readonly message: SettledMessage }
  | { readonly type: "voided"; readonly message: VoidedMessage }
  | { readonly type: "balance-changed"; readonly balance: number }
  | { readonly type: "seed-accepted"; readonly seed: string; readonly fromRound: number }
  | { readonly type: "chip-selected"; readonly chip: number }
  | { readonly type: "spot-hovered"; readonly spot: string | null }
  | { readonly type: "noticed"; readonly tone: NoticeTone; readonly text: string }
  | { readonly type: "notice-dismissed"; readonly id: number };
