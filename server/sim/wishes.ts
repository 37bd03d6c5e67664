/** Where a simulated player puts how many chips: sense, nonsense, and whatever is just allowed. */
import { feltOf, kindOf } from "./auditor/rules.ts";
import type { Change, TableTerms } from "./auditor/terms.ts";
import type { Random } from "./random.ts";

/** What a straight pays to one: the most that one chip can cost the house. */
const MOST_PAID = 35;

export class Wishes {
  readonly #random: Random;
  readonly #terms: TableTerms;
  readonly #spots: readonly string[];

  constructor(random: Random, terms: TableTerms) {
    this.#random = random;
    this.#terms = terms;
    this.#spots = [...feltOf(terms.wheel).keys()];
  }

  /** A batch of a player who has `stake` on the felt. */
  chips(stake: number): readonly Change[] {
    return Array.from({ length: this.#random.between(1, 3) }, (): Change => {
      const spot = this.#spot();
      return [spot, this.#amount(spot, stake)];
    });
  }

  /** As little as may be, anywhere. */
  least(): readonly Change[] {
    return [[this.#random.pick(this.#spots), this.#terms.min]];
  }

  /** As little as may be, everywhere. */
  wide(): readonly Change[] {
    return this.#spots.map((spot): Change => [spot, this.#terms.min]);
  }

  /** As much on a number as the house may pay for with `staked` chips on the felt. */
  most(staked: number): readonly Change[] {
    const { houseMax, spotMax } = this.#terms;
    const most = Math.floor((houseMax + staked) / MOST_PAID);
    return [["straight:7", Math.min(most, spotMax.straight ?? 0)]];
  }

  /** Chips that are lost where that number comes: with them the house may pay for more of it. */
  against(): readonly Change[] {
    return [["black", 36]];
  }

  #spot(): string {
    const random = this.#random;
    if (random.chance(0.02)) return random.pick(["straight:37", "split:1-5", "toString", ""]);
    return random.chance(0.3)
      ? random.pick(["red", "low", "straight:7", "straight:0"])
      : random.pick(this.#spots);
  }

  #amount(spot: string, stake: number): number {
    const random = this.#random;
    const luck = random.next();
    if (luck < 0.02) return random.pick([0, -5, 1.5, 2 ** 53]);
    if (luck < 0.06) return 1;
    if (luck < 0.1) return this.#atLimit(spot, stake);
    return luck < 0.18 ? random.between(100, 400) : random.between(2, 30);
  }

  /** Exactly as much as may be, or a little more or less. */
  #atLimit(spot: string, stake: number): number {
    const { spotMax, playerMax, houseMax } = this.#terms;
    const most = this.#random.pick([
      spotMax[kindOf(spot)] ?? 0,
      playerMax - stake,
      Math.floor(houseMax / MOST_PAID),
    ]);
    return Math.max(1, most + this.#random.pick([0, 0, 1, 2, -1]));
  }
}
