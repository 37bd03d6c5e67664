/**
 * Seeded randomness: the same `--seed` makes every bot wish for the same things in the same order.
 * What the network does with the wishes stays the network's.
 */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, `least` to `most` inclusive. */
  whole(least: number, most: number): number;
  /** An element of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean;
}

/** A generator of its own for each `(seed, stream)`. Not for anything that must be secret. */
export function createRandom(seed: number, stream: number): Random {
  // A Weyl sequence through a 32-bit mixer: any start state gives a full period of 2^32.
  let state = mix(mix(seed >>> 0) ^ Math.imul(stream + 1, 0x9e3779b1));
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state) / 2 ** 32;
  };
  const whole = (least: number, most: number): number =>
    least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    pick<T>(list: readonly T[]): T {
      const picked = list[whole(0, list.length - 1)];
      if (picked === undefined) throw new RangeError("nothing to pick from");
      return picked;
    },
    chance: (probability) => next() < probability,
  };
}

function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
