/** The client's model, one action at a time. Pure. */
import type { SeatMessage, VoidedMessage } from "@croupier/shared/protocol/messages";
import type { BetAnswer, LayoutAnswer } from "@croupier/shared/protocol/requests";
import type { TableView } from "@croupier/shared/protocol/state";
import type { Action } from "./actions.ts";
import { chipsetOf, totalOf, withPlacements } from "./chipset.ts";
import type { AppState, NoticeTone, Settlement } from "./model.ts";
import { INITIAL_STATE, NO_CHIPSET, NOTICES_KEPT } from "./model.ts";
import { explainRefusal } from "./refusals.ts";
import { forgotten, heard, watched } from "./talk.ts";

/** The next state. Unknown operations and stale news leave it as it is. */
export function reduce(state: AppState, action: Action): AppState {
  switch (action.type) {
    case "connection-changed":
      return { ...state, connection: action.connection };
    case "signed-in":
      return { ...state, me: action.me, balance: action.balance };
    case "signed-out":
      return {
        ...INITIAL_STATE,
        connection: state.connection,
        selectedChip: state.selectedChip,
        talk: forgotten(state.talk),
      };
    case "lobby-changed":
      return { ...state, lobby: action.tables };
    case "wins-told":
      return { ...state, wins: action.wins };
    case "period-chosen":
      if (action.period === state.leaders.period) return state;
      return { ...state, leaders: { period: action.period, players: null } };
    case "leaders-told":
      // Whoever has gone on to another period is not shown the one before.
      if (action.period !== state.leaders.period) return state;
      return { ...state, leaders: { period: action.period, players: action.players } };
    case "table-chosen":
      return { ...withoutTable(state), tableId: action.tableId };
    case "table-left":
      return withoutTable(state);
    case "table-changed":
      return onTable(state, action.table);
    case "table-moving":
      return { ...state, moving: state.tableId !== null };
    case "talk-heard":
      return { ...state, talk: heard(state.talk, action.message, state.me?.playerId) };
    case "talk-watched":
      return { ...state, talk: watched(state.talk, action.watched) };
    case "timings-told":
      return state.tableId === action.tableId ? { ...state, timings: action.timings } : state;
    case "seated":
      return onSeat(state, action.seat);
    case "operation-queued":
      return { ...state, pending: [...state.pending, action.operation] };
    case "operation-answered":
      return onAnswer(state, action.answer);
    case "operation-refused":
      if (!state.pending.some(({ op }) => op === action.op)) return state;
      return noticed(withoutPending(state, action.op), "warning", explainRefusal(action.refusal));
    case "operation-lost":
      return noticed(
        withoutPending(state, action.op),
        "warning",
        "The table did not answer. If the bet stood, it will be shown.",
      );
    case "settled":
      return onSettlement(state, { kind: "settled", ...action.message });
    case "voided":
      return onVoided(state, action.message);
    case "balance-changed":
      return onBalance(state, action.balance);
    case "seed-accepted":
      return onSeed(state, action.seed, action.fromRound);
    case "chip-selected":
      return { ...state, selectedChip: action.chip };
    case "spot-hovered":
      return state.hoveredSpot === action.spot ? state : { ...state, hoveredSpot: action.spot };
    case "noticed":
      return noticed(state, action.tone, action.text);
    case "notice-dismissed":
      return { ...state, notices: state.notices.filter(({ id }) => id !== action.id) };
  }
}

function withoutTable(state: AppState): AppState {
  return {
    ...state,
    tableId: null,
    table: null,
    moving: false,
    talk: forgotten(state.talk),
    timings: null,
    seat: null,
    pending: [],
    heldSettlement: null,
    settlement: null,
    hoveredSpot: null,
    balance: state.heldSettlement?.balance ?? state.balance,
  };
}

function onTable(state: AppState, table: TableView): AppState {
  if (state.tableId !== table.tableId) return state;
  return revealWhenDue(turnRound({ ...state, table }));
}

/** A new round takes the chips off the felt, and what was meant for the old one is not sent. */
function turnRound(state: AppState): AppState {
  const { table, seat } = state;
  if (table === null || seat === null || table.round <= seat.round) return state;
  return {
    ...state,
    seat: {
      ...seat,
      round: table.round,
      chips: NO_CHIPSET,
      lastChips: seat.chips.size > 0 ? seat.chips : seat.lastChips,
    },
    pending: state.pending.filter(({ round }) => round >= table.round),
    settlement: null,
  };
}

function onSeat(state: AppState, message: SeatMessage): AppState {
  const seat = {
    round: message.round,
    chips: chipsetOf(message.chips),
    lastChips: chipsetOf(message.lastChips),
    limits: message.limits,
    clientSeed: message.clientSeed,
    seedFromRound: null,
  };
  const pending = state.pending.filter(({ round }) => round >= message.round);
  return turnRound({ ...state, seat, pending, moving: false, balance: message.balance });
}

/**
 * An answer confirms the operation's chips. After a reconnection the seat may hold them already (the
 * operation stood, only its answer was lost); the stake in the answer tells which.
 */
function onAnswer(state: AppState, answer: BetAnswer | LayoutAnswer): AppState {
  const operation = state.pending.find(({ op }) => op === answer.op);
  if (operation === undefined) return state;
  const next = { ...withoutPending(state, answer.op), balance: answer.balance };
  const { seat } = next;
  if (seat === null || seat.round !== answer.round) return next;
  if ("chips" in answer) return { ...next, seat: { ...seat, chips: chipsetOf(answer.chips) } };
  if (answer.stake <= totalOf(seat.chips)) return next;
  return { ...next, seat: { ...seat, chips: withPlacements(seat.chips, operation.chips) } };
}

function onSettlement(state: AppState, settlement: Settlement): AppState {
  return revealWhenDue({ ...state, heldSettlement: settlement });
}

/**
 * Who was away may hear of several, one right after the other, and before the table is there; or of an
 * old one while the ball of a later round rolls, whose result is told all the same.
 */
function onVoided(state: AppState, message: VoidedMessage): AppState {
  const { round, reason, balance } = message;
  const told = noticed(state, "warning", `Round ${round} is void, every stake is back. ${reason}`);
  const held = state.heldSettlement;
  if (held !== null && held.round > round) {
    return { ...told, heldSettlement: { ...held, balance } };
  }
  return onSettlement(told, { kind: "voided", ...message });
}

/** Nobody learns what they won before the ball rests; a void round has no ball to wait for. */
function revealWhenDue(state: AppState): AppState {
  const { heldSettlement: held, table } = state;
  if (held === null || table === null) return state;
  const rolling = table.round === held.round && table.phase !== "result";
  if (held.kind === "settled" && rolling) return state;
  const current = table.round === held.round;
  return {
    ...state,
    heldSettlement: null,
    settlement: current ? held : state.settlement,
    balance: held.balance,
  };
}

function onBalance(state: AppState, balance: number): AppState {
  const held = state.heldSettlement;
  return { ...state, balance, heldSettlement: held === null ? null : { ...held, balance } };
}

function onSeed(state: AppState, clientSeed: string, seedFromRound: number): AppState {
  if (state.seat === null) return state;
  return { ...state, seat: { ...state.seat, clientSeed, seedFromRound } };
}

function withoutPending(state: AppState, op: string): AppState {
  return { ...state, pending: state.pending.filter((operation) => operation.op !== op) };
}

/** The same words twice in a row are one notice. */
function noticed(state: AppState, tone: NoticeTone, text: string): AppState {
  const others = state.notices.filter((notice) => notice.text !== text);
  const notices = [...others, { id: state.nextNoticeId, tone, text }].slice(-NOTICES_KEPT);
  return { ...state, notices, nextNoticeId: state.nextNoticeId + 1 };
}
