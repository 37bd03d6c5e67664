/**
 * What the house may have to pay in the running round.
 *
 * For every pocket the sum of all returns is kept, and changed with each bet instead of being summed
 * again: a bet touches only the pockets that its spot covers, and with a halving zero rule the
 * zeros. A half is rounded per player and spot, so a change is told as one player's chips on one
 * spot before and after, never as a sum over players.
 *
 * What is under way may come to pass or not, and may do either to the house: new chips can win, and
 * chips that leave cannot be lost any more. So it counts as its *swing*, pocket by pocket, and only
 * where that is against the house. Whatever becomes of it, the limit holds.
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

/** One player's chips on a spot, before and after. */
export interface Move {
  readonly spot: Spot;
  readonly before: Chips;
  readonly after: Chips;
}

/** By the pockets' places on the wheel: how much more (or less) the house would have to pay. */
export type Swing = Float64Array;

export class Exposure {
  readonly #layout: Layout;
  readonly #zeroRule: ZeroRule;
  readonly #coverage: Coverage;
  /** Sum of all returns, stakes included, should the pocket at this place on the wheel come. */
  readonly #returns: Float64Array;
  /** What is under way, where it is against the house. */
  readonly #held: Float64Array;
  #stake = 0;

  constructor(layout: Layout, zeroRule: ZeroRule) {
    this.#layout = layout;
    this.#zeroRule = zeroRule;
    this.#coverage = coverageOf(layout);
    this.#returns = new Float64Array(pocketsOf(layout.wheel).length);
    this.#held = new Float64Array(this.#returns.length);
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
    assert(this.#layout.indexOf(spot.id) !== -1, `${this.#layout.wheel} has no spot ${spot.id}`);
    const stake = this.#stake + after - before;
    assert(stake >= 0 && stake <= MOST_STAKE, `a stake that cannot be reckoned with: ${stake}`);
    this.#stake = stake;
    this.#addReturns(this.#returns, { spot, before, after });
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

  /** What moves would do to it, each of another spot of the same player. */
  swingOf(moves: readonly Move[]): Swing {
    const swing = new Float64Array(this.#returns.length);
    let staked = 0;
    for (const { spot, before, after } of moves) {
      staked += after - before;
      this.#addReturns(swing, { spot, before, after });
    }
    for (let place = 0; place < swing.length; place += 1)
      swing[place] = (swing[place] ?? 0) - staked;
    return swing;
  }

  /** Counts a swing that is under way. */
  hold(swing: Swing): void {
    for (let place = 0; place < swing.length; place += 1) {
      this.#held[place] = (this.#held[place] ?? 0) + Math.max(0, swing[place] ?? 0);
    }
  }

  /** The swing is under way no more, whatever became of it. */
  release(swing: Swing): void {
    for (let place = 0; place < swing.length; place += 1) {
      this.#held[place] = (this.#held[place] ?? 0) - Math.max(0, swing[place] ?? 0);
    }
  }

  /** The most that the house may have to pay with `swing`, whatever becomes of all under way. */
  worstWith(swing: Swing): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let place = 0; place < swing.length; place += 1) {
      const net =
        (this.#returns[place] ?? 0) + (this.#held[place] ?? 0) + (swing[place] ?? 0) - this.#stake;
      if (net > most) most = net;
    }
    return most;
  }

  /** An independent copy. */
  clone(): Exposure {
    const copy = new Exposure(this.#layout, this.#zeroRule);
    copy.#returns.set(this.#returns);
    copy.#held.set(this.#held);
    copy.#stake = this.#stake;
    return copy;
  }

  #addReturns(returns: Float64Array, { spot, before, after }: Move): void {
    const wins = this.#coverage.wins[this.#layout.indexOf(spot.id)];
    assert(wins !== undefined, `${this.#layout.wheel} has no spot ${spot.id}`);
    add(returns, wins, (after - before) * (spot.paysToOne + 1));
    if (this.#zeroRule !== "none" && isEvenMoney(spot.kind)) {
      add(returns, this.#coverage.zeros, Math.ceil(after / 2) - Math.ceil(before / 2));
    }
  }
}

function add(returns: Float64Array, places: Uint8Array, chips: number): void {
  for (const place of places) returns[place] = (returns[place] ?? 0) + chips;
}
