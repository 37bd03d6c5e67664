/**
 * The way of one operation through a table: taken in, evaluated, posted, answered.
 *
 * A player has one operation in flight at a time; later ones wait behind it, so that `undo` and
 * `double` mean what the player saw. What arrived in time is still posted while the table drains.
 */
import { assert } from "../assert.ts";
import { BOUNDS } from "../bounds.ts";
import type { Chips } from "../chips.ts";
import { asChips } from "../chips.ts";
import type { TableEffect } from "./effects.ts";
import { contentOf, evaluate } from "./evaluate.ts";
import { expose } from "./exposing.ts";
import type { OperationAnswer, OperationInput, PostOutcome, SpotChange } from "./inputs.ts";
import { apply, layoutAfter, sumOf } from "./layouts.ts";
import type { Refusal } from "./refusal.ts";
import type { OperationInFlight, PlayerAtTable, TableState, WaitingOperation } from "./state.ts";
import { playerAt } from "./state.ts";

/** A state on its way through a step, and the wishes gathered so far. */
interface Turn {
  readonly state: TableState;
  readonly effects: TableEffect[];
}

/** Takes an operation in: answers, refuses, posts or queues it. */
export function takeOperation(
  state: TableState,
  input: OperationInput,
  effects: TableEffect[],
): void {
  const player = playerAt(state, input.playerId);
  const content = contentOf(input);

  const known = player.answered.get(input.op);
  if (known !== undefined) {
    if (known.content === content) {
      replay(input.request, known.answer, effects);
    } else {
      refuse(input, OP_REUSED, effects);
    }
    return;
  }
  const underWay = underWayAs(player, input.op);
  if (underWay !== null) {
    if (underWay.content === content) underWay.requests.push(input.request);
    else refuse(input, OP_REUSED, effects);
    return;
  }
  const closed = closedRefusal(state, input.now);
  if (closed !== null) {
    refuse(input, closed, effects);
    return;
  }
  const operation = { input, content, requests: [input.request] };
  if (player.inFlight === null) {
    begin({ state, effects }, player, operation);
  } else if (player.waiting.length < BOUNDS.operationsWaitingPerPlayer) {
    player.waiting.push(operation);
  } else {
    const most = BOUNDS.operationsWaitingPerPlayer;
    refuse(
      input,
      {
        code: "TOO_MANY_REQUESTS",
        message: `At most ${most} operations may wait; send the next after an answer.`,
        limit: most,
      },
      effects,
    );
  }
}

/** What arrived in time under this op and has no answer yet: it counts, whatever time it is now. */
function underWayAs({ inFlight, waiting }: PlayerAtTable, op: string): WaitingOperation | null {
  if (inFlight?.input.op === op) return inFlight;
  return waiting.find(({ input }) => input.op === op) ?? null;
}

/** The store has answered a posting. */
export function takePosted(
  state: TableState,
  posted: { readonly playerId: string; readonly op: string; readonly outcome: PostOutcome },
  effects: TableEffect[],
): void {
  const player = playerAt(state, posted.playerId);
  const operation = player.inFlight;
  assert(operation !== null && operation.input.op === posted.op, "an answer to no posting");
  player.inFlight = null;
  state.inFlight -= 1;
  state.exposure.release(operation.swing);

  const { outcome } = posted;
  if (outcome.status === "posted") {
    accept({ state, effects }, player, { operation, balance: outcome.balance });
  } else {
    conclude(operation, outcome, effects);
  }
  beginNext(state, player, effects);
}

/** Evaluates and posts the operations that waited, until one is in flight. */
function beginNext(state: TableState, player: PlayerAtTable, effects: TableEffect[]): void {
  while (player.inFlight === null) {
    const next = player.waiting.shift();
    if (next === undefined) return;
    begin({ state, effects }, player, next);
  }
}

function begin({ state, effects }: Turn, player: PlayerAtTable, operation: WaitingOperation): void {
  const { input, content } = operation;
  const evaluation = evaluate(state, player, input);
  if (!evaluation.ok) {
    for (const request of operation.requests) {
      refuse({ ...input, request }, evaluation.refusal, effects);
    }
    return;
  }
  const { changes, swing } = evaluation;
  const stakeChange = sumOf(changes);
  player.inFlight = { ...operation, changes, swing, stakeChange };
  state.inFlight += 1;
  state.exposure.hold(swing);
  const stakeAfter = asChips(player.stake + stakeChange);
  effects.push({
    type: "post",
    posting: {
      playerId: player.playerId,
      op: input.op,
      kind: input.kind,
      round: state.round,
      content,
      changes,
      stakeChange,
      stakeAfter,
      ...(input.kind === "bet" ? {} : { chipsAfter: layoutAfter(player.chips, changes) }),
    },
  });
}

function accept(
  { state, effects }: Turn,
  player: PlayerAtTable,
  { operation, balance }: { readonly operation: OperationInFlight; readonly balance: Chips },
): void {
  const { input, changes } = operation;
  expose(state, player.chips, changes);
  applyOperation(state, player, { kind: input.kind, changes });
  const answer: OperationAnswer = {
    op: input.op,
    round: state.round,
    stake: player.stake,
    balance,
    ...(input.kind === "bet" ? {} : { chips: [...player.chips] }),
  };
  player.answered.set(input.op, { content: operation.content, answer });
  effects.push({ type: "moved", playerId: player.playerId, changes });
  for (const request of operation.requests) effects.push({ type: "answer", request, answer });
}

/** Puts a posted operation's changes into the books; exposure is the caller's. */
export function applyOperation(
  state: TableState,
  player: PlayerAtTable,
  operation: Pick<OperationInput, "kind"> & { readonly changes: readonly SpotChange[] },
): void {
  const { kind, changes } = operation;
  const change = sumOf(changes);
  count(state, player.playerId, changes.length);
  apply(player.chips, changes);
  player.stake = asChips(player.stake + change);
  state.totalStake = asChips(state.totalStake + change);
  if (kind === "undo") player.batches.pop();
  else if (kind === "clear") player.batches.length = 0;
  else {
    player.batches.push(changes);
    if (player.batches.length > BOUNDS.undoDepth) player.batches.shift();
  }
}

function count(state: TableState, playerId: string, changes: number): void {
  const tally = state.tallies.get(playerId);
  if (tally === undefined) {
    state.tallies.set(playerId, { operations: 1, changes });
    return;
  }
  tally.operations += 1;
  tally.changes += changes;
}

function conclude(
  operation: OperationInFlight,
  outcome: Exclude<PostOutcome, { status: "posted" }>,
  effects: TableEffect[],
): void {
  const { input } = operation;
  for (const request of operation.requests) {
    if (outcome.status === "already" && outcome.sameContent) {
      replay(request, outcome.answer, effects);
    } else {
      refuse({ ...input, request }, refusalOf(operation, outcome), effects);
    }
  }
}

function refusalOf(
  operation: OperationInFlight,
  outcome: Exclude<PostOutcome, { status: "posted" }>,
): Refusal {
  switch (outcome.status) {
    case "already":
      return OP_REUSED;
    case "insufficient":
      return {
        code: "INSUFFICIENT_CHIPS",
        message: `This takes ${operation.stakeChange} chips; you have ${outcome.balance}.`,
        limit: outcome.balance,
      };
    case "unavailable":
      return BANK_UNAVAILABLE;
  }
}

const OP_REUSED: Refusal = {
  code: "OP_REUSED",
  message: "This op was used for another operation; make a new op for a new operation.",
};

const BANK_UNAVAILABLE: Refusal = {
  code: "BANK_UNAVAILABLE",
  message: "The bank does not answer. Send the same op again in a moment; it never counts twice.",
};

/** Why no operation can be taken in now; null where one can. */
function closedRefusal(state: TableState, now: number): Refusal | null {
  if (!state.bankAvailable) return BANK_UNAVAILABLE;
  if (state.stage === "betting" && now < state.phaseEndsAt) return null;
  if (state.stage === "idle" || (state.stage === "opening" && state.pocket === "")) {
    return { code: "TABLE_PAUSED", message: "The table is about to open; try again in a moment." };
  }
  const closedAt = state.stage === "betting" ? state.phaseEndsAt : state.bettingEndedAt;
  const lateMs = Math.max(0, now - closedAt);
  return {
    code: "BETTING_CLOSED",
    message: `Betting on round ${state.round} closed ${lateMs} ms before this arrived.`,
    lateMs,
  };
}

function replay(request: number, answer: OperationAnswer, effects: TableEffect[]): void {
  effects.push({ type: "answer", request, answer, isReplay: true });
}

function refuse(input: OperationInput, refusal: Refusal, effects: TableEffect[]): void {
  const { request, playerId, op } = input;
  effects.push({ type: "refuse", request, playerId, op, content: contentOf(input), refusal });
}
