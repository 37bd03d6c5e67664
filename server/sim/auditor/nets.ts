/**
 * What the house would have to pay, pocket by pocket, as chips come and go.
 *
 * Changed with each bet, since it is asked for with each; whoever keeps it compares it with what all
 * bets come to, counted anew, once a round.
 */
import type { PlacedBet } from "./rules.ts";
import { feltOf, pocketsOf } from "./rules.ts";
import type { Change, TableTerms } from "./terms.ts";
import { check } from "./terms.ts";

type Game = Pick<TableTerms, "wheel" | "zeroRule">;
type Layout = ReadonlyMap<string, number>;

export class Nets {
  readonly #game: Game;
  /** By the place of the pocket on the wheel. */
  #returns: number[];
  #staked = 0;

  constructor(game: Game, bets: readonly PlacedBet[] = []) {
    this.#game = game;
    this.#returns = new Array<number>(pocketsOf(game.wheel).length).fill(0);
    for (const { spot, amount } of bets) this.move(spot, 0, amount);
  }

  /** One player's chips on a spot become `after`. */
  move(spot: string, before: number, after: number): void {
    const { places, pays, zeros } = spotOf(this.#game, spot);
    const more = after - before;
    this.#staked += more;
    const returns = this.#returns;
    for (const place of places) returns[place] = (returns[place] as number) + more * (pays + 1);
    if (this.#game.zeroRule === "none") return;
    // A half is rounded for each player and spot.
    const half = Math.ceil(after / 2) - Math.ceil(before / 2);
    for (const zero of zeros) returns[zero] = (returns[zero] as number) + half;
  }

  /** One player's `layout` is changed. */
  moveAll(layout: Layout, changes: readonly Change[]): void {
    const moved = new Map<string, number>();
    for (const [spot, chips] of changes) {
      const before = moved.get(spot) ?? layout.get(spot) ?? 0;
      moved.set(spot, before + chips);
      this.move(spot, before, before + chips);
    }
  }

  /** Adds others' nets; of what may yet come to nothing, only where it is against the house. */
  add(other: Nets, { certain }: { readonly certain: boolean }): void {
    const returns = this.#returns;
    for (let place = 0; place < returns.length; place += 1) {
      const net = other.at(place);
      if (certain || net > 0) returns[place] = (returns[place] as number) + net;
    }
  }

  copy(): Nets {
    const copy = new Nets(this.#game);
    copy.#returns = this.#returns.slice();
    copy.#staked = this.#staked;
    return copy;
  }

  at(place: number): number {
    return (this.#returns[place] as number) - this.#staked;
  }

  /** The most that the house may have to pay. */
  get worst(): number {
    let worst = -Infinity;
    for (const returned of this.#returns) if (returned > worst) worst = returned;
    return worst - this.#staked;
  }

  equals(other: Nets): boolean {
    return this.#returns.every((_, place) => this.at(place) === other.at(place));
  }
}

function spotOf({ wheel }: Game, spot: string) {
  const known = feltOf(wheel).get(spot);
  check(known !== undefined, () => `${wheel} has no spot ${spot}`);
  return known;
}
