/** The colours of the room, in one place; the style sheet has the same ones by name. */
import type { Colour } from "@croupier/shared/core/wheel";

export const PALETTE = {
  felt: 0x0d5c3f,
  feltDeep: 0x0a4a33,
  line: 0xe9dcb5,
  gold: 0xd9b45b,
  goldDeep: 0x8d6a26,
  goldPale: 0xf6e3a8,
  ivory: 0xf7f1e1,
  red: 0xb3242b,
  black: 0x17191d,
  green: 0x0f7a4d,
  woodDark: 0x2a130a,
  wood: 0x5c2e17,
  woodPale: 0x8b4d27,
  shadow: 0x000000,
} as const;

/** A pocket's colour on the felt and, a shade darker, on the wheel. */
export const POCKET_COLOURS: Readonly<Record<Colour, { felt: number; wheel: number }>> = {
  red: { felt: PALETTE.red, wheel: 0xa31d25 },
  black: { felt: PALETTE.black, wheel: 0x121317 },
  green: { felt: PALETTE.green, wheel: 0x0c6b42 },
};

/** A chip's body, its edge spots and its print. */
export interface ChipColours {
  readonly body: number;
  readonly edge: number;
  readonly print: number;
}

const CHIPS: readonly (readonly [value: number, colours: ChipColours])[] = [
  [1000, { body: 0xe0a526, edge: 0x3a2606, print: 0x2a1a02 }],
  [500, { body: 0x6a35a8, edge: 0xf3ecff, print: 0xffffff }],
  [100, { body: 0x1c1f26, edge: 0xe9dcb5, print: 0xffffff }],
  [25, { body: 0x14804f, edge: 0xf2fff8, print: 0xffffff }],
  [5, { body: 0xc02a32, edge: 0xfff1f1, print: 0xffffff }],
  [1, { body: 0xe9e6dd, edge: 0x4d6fa8, print: 0x22304a }],
];

/** The colours of the largest chip that is not worth more than `amount`. */
export function chipColours(amount: number): ChipColours {
  for (const [value, colours] of CHIPS) if (amount >= value) return colours;
  return { body: PALETTE.ivory, edge: PALETTE.gold, print: PALETTE.black };
}

/** The colours by which the front seats are told apart. */
const SEATS = [
  0x4aa3ff, 0xff8a3d, 0x9be15d, 0xff6fae, 0xb38cff, 0x35d0c0, 0xffd54a, 0xd0d6e0,
] as const;

/** The colour of a seat, whatever number the server gave it. */
export function seatColour(index: number): number {
  return SEATS[Math.abs(Math.trunc(index)) % SEATS.length] ?? SEATS[0];
}

/** `0x0d5c3f` → `#0d5c3f`, for the style sheet. */
export function cssColour(colour: number): string {
  return `#${colour.toString(16).padStart(6, "0")}`;
}
