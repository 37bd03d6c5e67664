/**
 * The three wheels.
 *
 * A pocket is known by its label, a string: `"00"` is not `"0"`. Two orders matter and must not be
 * mixed up: the *clockwise* order of a wheel, in which the ball's place is drawn and neighbours are
 * counted, and the *canonical* order 0, 00, 000, 1 … 36, in which spot ids name their pockets.
 */
import { assert } from "./assert.ts";
import type { Pocket, WheelName, ZeroRule } from "./types.ts";

const EUROPEAN =
  "0 32 15 19 4 21 2 25 17 34 6 27 13 36 11 30 8 23 10 5 24 16 33 1 20 14 31 9 22 18 29 7 28 12 35 3 26";
const AMERICAN =
  "0 28 9 26 30 11 7 20 32 17 5 22 34 15 3 24 36 13 1 00 27 10 25 29 12 8 19 31 18 6 21 33 16 4 23 35 14 2";

const CLOCKWISE: Readonly<Record<WheelName, readonly Pocket[]>> = {
  european: Object.freeze(EUROPEAN.split(" ")),
  american: Object.freeze(AMERICAN.split(" ")),
  "triple-zero": Object.freeze(["0", "000", "00", ...EUROPEAN.split(" ").slice(1)]),
};

const POCKET_SETS: Readonly<Record<WheelName, ReadonlySet<Pocket>>> = {
  european: new Set(CLOCKWISE.european),
  american: new Set(CLOCKWISE.american),
  "triple-zero": new Set(CLOCKWISE["triple-zero"]),
};

/** The zero rules that a table with this wheel may have; the first is what it has by default. */
export const ZERO_RULES_OF: Readonly<Record<WheelName, readonly ZeroRule[]>> = {
  european: ["la-partage", "none"],
  american: ["none", "surrender"],
  "triple-zero": ["none"],
};

const ZEROS: readonly Pocket[] = ["0", "00", "000"];
const NUMBERS: readonly Pocket[] = Array.from({ length: 36 }, (_, index) => String(index + 1));
const CANONICAL: ReadonlyMap<Pocket, number> = new Map(
  [...ZEROS, ...NUMBERS].map((pocket, index) => [pocket, index]),
);

const RED: ReadonlySet<Pocket> = new Set(
  "1 3 5 7 9 12 14 16 18 19 21 23 25 27 30 32 34 36".split(" "),
);

export type Colour = "red" | "black" | "green";

/** The pockets of `wheel`, clockwise from `"0"`. */
export function pocketsOf(wheel: WheelName): readonly Pocket[] {
  return CLOCKWISE[wheel];
}

/** True where `wheel` has a pocket of this label. */
export function isPocketOf(wheel: WheelName, pocket: Pocket): boolean {
  return POCKET_SETS[wheel].has(pocket);
}

/** True for `"0"`, `"00"` and `"000"`. */
export function isZero(pocket: Pocket): boolean {
  return ZEROS.includes(pocket);
}

/** The pocket's colour: every zero is green. */
export function colourOf(pocket: Pocket): Colour {
  if (isZero(pocket)) return "green";
  return RED.has(pocket) ? "red" : "black";
}

/** The pocket's place in the canonical order 0, 00, 000, 1 … 36, from 0; asserts that it has one. */
export function pocketOrder(pocket: Pocket): number {
  const order = CANONICAL.get(pocket);
  assert(order !== undefined, `no pocket has the label ${JSON.stringify(pocket)}`);
  return order;
}

/** The pockets of `wheel` in canonical order. */
export function canonicalPocketsOf(wheel: WheelName): readonly Pocket[] {
  return CLOCKWISE[wheel].toSorted((left, right) => pocketOrder(left) - pocketOrder(right));
}
