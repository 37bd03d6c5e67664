/**
 * What the house may have to pay in the running round.
 *
 * For every pocket the sum of all returns is kept, and changed with each bet instead of being summed
 * again: a bet touches only the pockets that its spot covers, and with a halving zero rule the
 * zeros. A half is rounded per player and spot, so a change is told as one player's chips on one
 * spot before and after, never as a sum over players.
 */
import { assert } from "./assert.ts";
import type { Chips } from "./chips.ts";
import { isEvenMoney, MOST_STAKE } from "./payouts.ts";
import type { Layout } from "./spots.ts";
import type { Spot, ZeroRule } from "./types.ts";
import { isZero, pocketsOf } from "./wheel.ts";

/** For each spot of a layout, by its index: the pockets that it touches, as places on the wheel. */
interface Coverage {
  readonly wins: readonly Uint8Array[];
  readonly zeros: Uint8Array;
}

const coverages = new WeakMap<Layout, Coverage>();

function coverageOf(layout: Layout): Coverage {
  const known = coverages.get(layout);
  if (known !== undefined) return known;
  const pockets = pocketsOf(layout.wheel);
  const places = new Map(pockets.map((pocket, place) => [pocket, place]));
  const placesOf = (labels: readonly string[]): Uint8Array =>
    Uint8Array.from(labels, (label) => {
      const place = places.get(label);
      assert(place !== undefined, `${layout.wheel} has no pocket ${label}`);
      return place;
    });
  const coverage = {
    wins: layout.spots.map((spot) => placesOf(spot.covers)),
    zeros: placesOf(pockets.filter(isZero)),
  };
  coverages.set(layout, coverage);
  return coverage;
}

export class Exposure {
  readonly #layout: Layout;
  readonly #zeroRule: ZeroRule;
  readonly #coverage: Coverage;
  /** Sum of all returns, stakes included, should the pocket at this place on the wheel come. */
  readonly #returns: Float64Array;
  #stake = 0;

  constructor(layout: Layout, zeroRule: ZeroRule) {
    this.#layout = layout;
    this.#zeroRule = zeroRule;
    this.#coverage = coverageOf(layout);
    this.#returns = new Float64Array(pocketsOf(layout.wheel).length);
  }

  /** All chips on the felt. */
  get stake(): number {
    return this.#stake;
  }

  /**
   * One player's chips on `spot` go from `before` to `after`.
   *
   * The same call with the amounts swapped takes the change back exactly.
   */
  change(spot: Spot, before: Chips, after: Chips): void {
    const wins = this.#coverage.wins[this.#layout.indexOf(spot.id)];
    assert(wins !== undefined, `${this.#layout.wheel} has no spot ${spot.id}`);
    const stake = this.#stake + after - before;
    assert(stake >= 0 && stake <= MOST_STAKE, `a stake that cannot be reckoned with: ${stake}`);
    this.#stake = stake;
    this.#add(wins, (after - before) * (spot.paysToOne + 1));
    if (this.#zeroRule !== "none" && isEvenMoney(spot.kind)) {
      this.#add(this.#coverage.zeros, Math.ceil(after / 2) - Math.ceil(before / 2));
    }
  }

  /**
   * The most that the house may have to pay: over all pockets, the greatest sum of returns less all
   * stakes. Negative where the house wins whatever comes.
   */
  worst(): number {
    let most = 0;
    for (const returns of this.#returns) if (returns > most) most = returns;
    return most - this.#stake;
  }

  /** An independent copy. */
  clone(): Exposure {
    const copy = new Exposure(this.#layout, this.#zeroRule);
    copy.#returns.set(this.#returns);
    copy.#stake = this.#stake;
    return copy;
  }

  #add(places: Uint8Array, chips: number): void {
    for (const place of places) {
      this.#returns[place] = (this.#returns[place] ?? 0) + chips;
    }
  }
}
