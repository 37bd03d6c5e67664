/** Whether an operation is allowed, and what it would change. Reads the state, changes nothing. */
import { BOUNDS } from "../bounds.ts";
import { isChips, NO_CHIPS } from "../chips.ts";
import type { Swing } from "../exposure.ts";
import type { SpotId } from "../types.ts";
import { swingOf } from "./exposing.ts";
import type { OperationInput, SpotChange } from "./inputs.ts";
import { inverse, placing, spotsAfter } from "./layouts.ts";
import type { Refusal } from "./refusal.ts";
import type { PlayerAtTable, TableState } from "./state.ts";

export type Evaluation =
  | { readonly ok: true; readonly changes: readonly SpotChange[]; readonly swing: Swing }
  | { readonly ok: false; readonly refusal: Refusal };

const refused = (refusal: Refusal): Evaluation => ({ ok: false, refusal });

/** What an operation asks for, in one canonical text: the same op must always mean the same. */
export function contentOf(input: Pick<OperationInput, "kind" | "chips">): string {
  let text: string = input.kind;
  for (const [spot, amount] of input.chips) text += `|${spot}:${amount}`;
  return text;
}

/** Evaluates an operation against the player's posted chips and the table's limits. */
export function evaluate(
  state: TableState,
  player: PlayerAtTable,
  input: OperationInput,
): Evaluation {
  const evaluation = evaluateAlone(state, player, input);
  // Whatever a player has done, their chips can be taken back: room for that is kept.
  if (!evaluation.ok || input.kind === "clear") return evaluation;
  return withinRound(state, player, evaluation) ?? evaluation;
}

/** The refusal of what would make the round's log too long; null where it would not. */
function withinRound(
  state: TableState,
  player: PlayerAtTable,
  { changes }: { readonly changes: readonly SpotChange[] },
): Evaluation | null {
  const { operationsPerPlayerAndRound: most, changesPerPlayerAndRound: mostChanges } = BOUNDS;
  const tally = state.tallies.get(player.playerId) ?? { operations: 0, changes: 0 };
  if (tally.operations + 1 >= most) {
    return refused({
      code: "TOO_MANY_REQUESTS",
      message: `At most ${most} operations in one round; the last is kept to clear your chips.`,
      limit: most,
    });
  }
  const toClear = spotsAfter(player.chips, changes);
  if (tally.changes + changes.length + toClear <= mostChanges) return null;
  return refused({
    code: "TOO_MANY_REQUESTS",
    message: `At most ${mostChanges} changes of spots in one round, those to clear your chips among them.`,
    limit: mostChanges,
  });
}

/** By the chips and limits, however much was done before. */
function evaluateAlone(
  state: TableState,
  player: PlayerAtTable,
  input: OperationInput,
): Evaluation {
  switch (input.kind) {
    case "bet":
      return evaluateBet(state, player, input);
    case "undo": {
      const last = player.batches.at(-1);
      if (last === undefined) return refused(NOTHING_TO_UNDO);
      return withinHouseLimit(state, player, inverse(last));
    }
    case "clear":
      if (player.chips.size === 0) return refused(NOTHING_TO_UNDO);
      return withinHouseLimit(state, player, inverse(placing(player.chips)));
    case "double":
      if (player.chips.size === 0) {
        return refused({ code: "NOTHING_TO_REPEAT", message: "There are no chips to double." });
      }
      return withinLimits(state, player, placing(player.chips));
    case "repeat":
      if (player.lastChips.length === 0) {
        return refused({
          code: "NOTHING_TO_REPEAT",
          message: "There is no earlier bet to repeat.",
        });
      }
      return withinLimits(state, player, placing(player.lastChips));
  }
}

const NOTHING_TO_UNDO: Refusal = {
  code: "NOTHING_TO_UNDO",
  message: "You have no chips on the table to take back.",
};

function evaluateBet(state: TableState, player: PlayerAtTable, input: OperationInput): Evaluation {
  for (const [spot, amount] of input.chips) {
    if (state.layout.find(spot) === undefined) {
      return refused({
        code: "SPOT_UNKNOWN",
        message: `This ${state.config.wheel} table has no spot ${JSON.stringify(spot).slice(0, 80)}.`,
        spot,
      });
    }
    if (!isChips(amount) || amount === 0) {
      return refused({
        code: "AMOUNT_INVALID",
        message: "An amount is a whole number of chips, 1 or more.",
        spot,
      });
    }
  }
  return withinLimits(state, player, input.chips.length > 1 ? summed(input.chips) : input.chips);
}

/** One change for each spot, however often a batch names it. */
function summed(chips: readonly SpotChange[]): readonly SpotChange[] {
  const sums = new Map<SpotId, number>();
  for (const [spot, amount] of chips) sums.set(spot, (sums.get(spot) ?? 0) + amount);
  return sums.size === chips.length ? chips : [...sums];
}

/** Checks additions against every limit. */
function withinLimits(
  state: TableState,
  player: PlayerAtTable,
  additions: readonly SpotChange[],
): Evaluation {
  const { limits } = state.config;
  let stake: number = player.stake;
  for (const addition of additions) {
    const refusal = spotRefusal(state, player, addition);
    if (refusal !== null) return refused(refusal);
    stake += addition[1];
  }
  if (stake > limits.playerMax) {
    return refused({
      code: "ABOVE_PLAYER_MAX",
      message: `At most ${limits.playerMax} chips for one player in one round.`,
      limit: limits.playerMax,
    });
  }
  return withinHouseLimit(state, player, additions);
}

/**
 * Chips that leave can pass the limit as well: what they would have lost pays the others no more.
 */
function withinHouseLimit(
  state: TableState,
  player: PlayerAtTable,
  changes: readonly SpotChange[],
): Evaluation {
  const { houseMax } = state.config.limits;
  const swing = swingOf(state, player.chips, changes);
  if (state.exposure.worstWith(swing) <= houseMax) return { ok: true, changes, swing };
  return refused({
    code: "HOUSE_LIMIT",
    message: `The house pays at most ${houseMax} chips in one round; this would pass that.`,
    limit: houseMax,
  });
}

function spotRefusal(
  state: TableState,
  player: PlayerAtTable,
  [spotId, amount]: SpotChange,
): Refusal | null {
  const { limits } = state.config;
  const kind = state.layout.find(spotId)?.kind;
  if (kind === undefined) return { code: "SPOT_UNKNOWN", message: "No such spot.", spot: spotId };
  const after = (player.chips.get(spotId) ?? NO_CHIPS) + amount;
  if (after < limits.min) {
    return {
      code: "BELOW_MIN",
      message: `At least ${limits.min} chips on a spot.`,
      limit: limits.min,
      spot: spotId,
    };
  }
  const most = limits.max[kind];
  if (after > most) {
    return {
      code: "ABOVE_SPOT_MAX",
      message: `At most ${most} chips of yours on a ${kind} spot.`,
      limit: most,
      spot: spotId,
    };
  }
  return null;
}
