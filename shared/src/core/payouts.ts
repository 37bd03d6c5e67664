/** What comes back for chips on the felt once the pocket is known. */
import { assert } from "./assert.ts";
import type { Chips } from "./chips.ts";
import { addChips, asChips, NO_CHIPS } from "./chips.ts";
import { compareBytes } from "./order.ts";
import { layoutOf, PAYS_TO_ONE } from "./spots.ts";
import type { Bet, Payout, Pocket, Spot, SpotKind, WheelName, ZeroRule } from "./types.ts";
import { isZero } from "./wheel.ts";

export interface Outcome {
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
  readonly pocket: Pocket;
}

/** Most chips on the felt of one round: past it the returns could leave the safe integers. */
export const MOST_STAKE = asChips(Math.floor(Number.MAX_SAFE_INTEGER / (PAYS_TO_ONE.straight + 1)));

const EVEN_MONEY: ReadonlySet<SpotKind> = new Set(["red", "black", "odd", "even", "low", "high"]);

/** True for the six spots that the zero rule speaks of. */
export function isEvenMoney(kind: SpotKind): boolean {
  return EVEN_MONEY.has(kind);
}

/** Half of `amount`, rounded up to a whole chip: what a zero leaves of an even-money stake. */
function halfOf(amount: Chips): Chips {
  return asChips(Math.ceil(amount / 2));
}

/**
 * What comes back for one player's whole `amount` on `spot`, stake included; zero when it is lost.
 *
 * Halves are rounded once per player and spot, so `amount` must be all of the player's chips there.
 */
export function returnOf(
  spot: Spot,
  amount: Chips,
  outcome: Pick<Outcome, "pocket" | "zeroRule">,
): Chips {
  if (spot.covers.includes(outcome.pocket)) return asChips(amount * (spot.paysToOne + 1));
  const halved = outcome.zeroRule !== "none" && isEvenMoney(spot.kind) && isZero(outcome.pocket);
  return halved ? halfOf(amount) : NO_CHIPS;
}

/**
 * One payout for each player with a stake, sorted by player.
 *
 * Asserts that every spot is on the felt; a player has at most one bet on a spot.
 */
export function settleBets(bets: readonly Bet[], outcome: Outcome): Payout[] {
  const layout = layoutOf(outcome.wheel);
  const payouts = new Map<string, Payout>();
  for (const { playerId, spot: id, amount } of bets) {
    const spot = layout.find(id);
    assert(spot !== undefined, `${outcome.wheel} has no spot ${id}`);
    const before = payouts.get(playerId);
    const returned = returnOf(spot, amount, outcome);
    payouts.set(playerId, {
      playerId,
      stake: addChips(before?.stake ?? NO_CHIPS, amount),
      returned: addChips(before?.returned ?? NO_CHIPS, returned),
    });
  }
  return [...payouts.values()].sort((left, right) => compareBytes(left.playerId, right.playerId));
}
