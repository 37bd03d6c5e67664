/**
 * Announced bets: ways of placing several chips at once, named for what they cover on the wheel.
 *
 * None of them is a bet of its own: each becomes ordinary spots in one batch, `unit` chips at a
 * time. What a wheel's felt does not have is not offered on it.
 */
import type { Chips } from "./chips.ts";
import { asChips } from "./chips.ts";
import { layoutOf } from "./spots.ts";
import type { Pocket, SpotId, SpotKind, WheelName } from "./types.ts";
import { isPocketOf, pocketsOf } from "./wheel.ts";

/** Chips on spots, ready for one `bet` batch. */
export type AnnouncedChips = readonly (readonly [spot: SpotId, amount: Chips])[];

/** The two last digits of each finale à cheval. */
export const FINALE_PAIRS = [
  "0/3",
  "1/4",
  "2/5",
  "3/6",
  "4/7",
  "5/8",
  "6/9",
  "7/10",
  "8/11",
  "9/12",
] as const;
export type FinalePair = (typeof FINALE_PAIRS)[number];

/** Most pockets on each side of a neighbours bet, and how many it has unless told. */
export const NEIGHBOURS = { most: 9, usual: 2 } as const;

export type AnnouncedBet =
  | { readonly kind: "voisins" | "tiers" | "orphelins" | "jeu-zero" }
  | { readonly kind: "neighbours"; readonly pocket: Pocket; readonly k: number }
  | { readonly kind: "finales-en-plein"; readonly digit: number }
  | { readonly kind: "finales-a-cheval"; readonly pair: FinalePair }
  | { readonly kind: "complete"; readonly pocket: Pocket };

export type AnnouncedKind = AnnouncedBet["kind"];

/** What {@link placeAnnounced} answers. */
export type AnnouncedPlacement =
  | { readonly ok: true; readonly chips: AnnouncedChips }
  | {
      readonly ok: false;
      /** `not-offered`: not on this wheel; `no-such-bet`: no such pocket, digit, pair or reach. */
      readonly reason: "not-offered" | "no-such-bet";
    };

const ONLY_EUROPEAN: readonly WheelName[] = ["european"];
const EVERY_WHEEL: readonly WheelName[] = ["european", "american", "triple-zero"];

const OFFERED: Readonly<Record<AnnouncedKind, readonly WheelName[]>> = {
  voisins: ONLY_EUROPEAN,
  tiers: ONLY_EUROPEAN,
  orphelins: ONLY_EUROPEAN,
  "jeu-zero": ONLY_EUROPEAN,
  neighbours: EVERY_WHEEL,
  "finales-en-plein": EVERY_WHEEL,
  "finales-a-cheval": ONLY_EUROPEAN,
  complete: ["european", "american"],
};

/** Units on each inside spot of a complete bet; outside spots have none. */
const COMPLETE_UNITS: Readonly<Partial<Record<SpotKind, number>>> = {
  straight: 1,
  split: 2,
  street: 3,
  trio: 3,
  corner: 4,
  "first-four": 4,
  "top-line": 5,
  "six-line": 6,
};

function inUnits(units: readonly (readonly [SpotId, number])[], unit: Chips): AnnouncedChips {
  return units.map(([spot, count]) => [spot, asChips(count * unit)] as const);
}

function oneEach(spots: readonly SpotId[], unit: Chips): AnnouncedChips {
  return spots.map((spot) => [spot, unit] as const);
}

/** Voisins du zéro, 9 units on the 17 pockets around 0. European. */
export function voisins(unit: Chips): AnnouncedChips {
  const units = [
    ["trio:0-2-3", 2],
    ["split:4-7", 1],
    ["split:12-15", 1],
    ["split:18-21", 1],
    ["split:19-22", 1],
    ["corner:25-26-28-29", 2],
    ["split:32-35", 1],
  ] as const;
  return inUnits(units, unit);
}

/** Tiers du cylindre, 6 units on the third of the wheel across from 0. European. */
export function tiers(unit: Chips): AnnouncedChips {
  const splits = ["5-8", "10-11", "13-16", "23-24", "27-30", "33-36"];
  return oneEach(
    splits.map((labels) => `split:${labels}`),
    unit,
  );
}

/** Orphelins, 5 units on what voisins and tiers leave over. European. */
export function orphelins(unit: Chips): AnnouncedChips {
  return oneEach(["straight:1", "split:6-9", "split:14-17", "split:17-20", "split:31-34"], unit);
}

/** Jeu zéro, 4 units on the 7 pockets nearest to 0. European. */
export function jeuZero(unit: Chips): AnnouncedChips {
  return oneEach(["split:0-3", "split:12-15", "split:32-35", "straight:26"], unit);
}

/** Where a neighbours bet lies: straights on the pockets from `k` before `pocket` to `k` after it. */
export interface Neighbourhood {
  readonly pocket: Pocket;
  readonly k: number;
}

/** Neighbours of a pocket in the wheel's own order, 2k+1 units. Any wheel. */
export function neighbours(
  wheel: WheelName,
  { pocket, k }: Neighbourhood,
  unit: Chips,
): AnnouncedChips {
  const pockets = pocketsOf(wheel);
  const centre = pockets.indexOf(pocket);
  const spots = Array.from({ length: 2 * k + 1 }, (_, step) => {
    const place = (centre - k + step + pockets.length) % pockets.length;
    return `straight:${pockets[place]}`;
  });
  return oneEach(spots, unit);
}

/** Finales en plein, a unit on every number that ends in `digit`; 0 takes 00 in. Any wheel. */
export function finalesEnPlein(wheel: WheelName, digit: number, unit: Chips): AnnouncedChips {
  const numbers = [digit, digit + 10, digit + 20, digit + 30].map(String);
  const labels = digit === 0 ? ["0", "00", ...numbers.slice(1)] : numbers;
  const spots = labels.filter((label) => isPocketOf(wheel, label));
  return oneEach(
    spots.map((label) => `straight:${label}`),
    unit,
  );
}

/** Finales à cheval, a unit on each split of numbers that end in the pair. European. */
export function finalesACheval(pair: FinalePair, unit: Chips): AnnouncedChips {
  const low = FINALE_PAIRS.indexOf(pair);
  const lows = [low, low + 10, low + 20, low + 30].filter((number) => number <= 36);
  return oneEach(
    // The last of a finale may stand at the felt's end, its partner past 36: it is played straight.
    lows.map((number) =>
      number + 3 <= 36 ? `split:${number}-${number + 3}` : `straight:${number}`,
    ),
    unit,
  );
}

/** Complete: every inside spot that covers `pocket`, by its weight. European and American. */
export function complete(wheel: WheelName, pocket: Pocket, unit: Chips): AnnouncedChips {
  const units = layoutOf(wheel)
    .spots.filter((spot) => spot.covers.includes(pocket))
    .map((spot) => [spot.id, COMPLETE_UNITS[spot.kind] ?? 0] as const)
    .filter(([, count]) => count > 0);
  return inUnits(units, unit);
}

/** True where a table with `wheel` takes announced bets of this kind. */
export function isOffered(wheel: WheelName, kind: AnnouncedKind): boolean {
  return OFFERED[kind].includes(wheel);
}

function isBet(wheel: WheelName, announced: AnnouncedBet): boolean {
  switch (announced.kind) {
    case "neighbours": {
      const { pocket, k } = announced;
      return isPocketOf(wheel, pocket) && Number.isInteger(k) && k >= 0 && k <= NEIGHBOURS.most;
    }
    case "finales-en-plein":
      return Number.isInteger(announced.digit) && announced.digit >= 0 && announced.digit <= 9;
    case "finales-a-cheval":
      return FINALE_PAIRS.includes(announced.pair);
    case "complete":
      return isPocketOf(wheel, announced.pocket);
    default:
      return true;
  }
}

function chipsOf(wheel: WheelName, announced: AnnouncedBet, unit: Chips): AnnouncedChips {
  switch (announced.kind) {
    case "voisins":
      return voisins(unit);
    case "tiers":
      return tiers(unit);
    case "orphelins":
      return orphelins(unit);
    case "jeu-zero":
      return jeuZero(unit);
    case "neighbours":
      return neighbours(wheel, announced, unit);
    case "finales-en-plein":
      return finalesEnPlein(wheel, announced.digit, unit);
    case "finales-a-cheval":
      return finalesACheval(announced.pair, unit);
    case "complete":
      return complete(wheel, announced.pocket, unit);
  }
}

/** The chips that an announced bet of `unit` puts on the felt of `wheel`, or why it cannot. */
export function placeAnnounced(
  wheel: WheelName,
  announced: AnnouncedBet,
  unit: Chips,
): AnnouncedPlacement {
  if (!isOffered(wheel, announced.kind)) return { ok: false, reason: "not-offered" };
  if (!isBet(wheel, announced)) return { ok: false, reason: "no-such-bet" };
  return { ok: true, chips: chipsOf(wheel, announced, unit) };
}
