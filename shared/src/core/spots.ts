/**
 * The felt: every place that takes chips, built from its geometry.
 *
 * The numbers lie in 12 rows of 3: row r holds 3r+1, 3r+2, 3r+3. Touching numbers make splits, whole
 * rows streets, 2×2 blocks corners, touching rows six lines. What touches a zero is a list, because
 * each wheel draws its zeros differently. The order of the spots is part of the contract: indices
 * into a layout are kept in typed arrays.
 */
import { assert } from "./assert.ts";
import type { Pocket, Spot, SpotId, SpotKind, WheelName } from "./types.ts";
import { canonicalPocketsOf, colourOf, pocketOrder } from "./wheel.ts";

export interface Layout {
  readonly wheel: WheelName;
  readonly spots: readonly Spot[];
  /** The spot with this id, or undefined where the felt has none. */
  find(id: SpotId): Spot | undefined;
  /** The spot's place in `spots`, or -1 where the felt has none. */
  indexOf(id: SpotId): number;
}

/** What one winning chip earns beside itself. */
export const PAYS_TO_ONE: Readonly<Record<SpotKind, number>> = {
  straight: 35,
  split: 17,
  street: 11,
  trio: 11,
  corner: 8,
  "first-four": 8,
  "top-line": 6,
  "six-line": 5,
  dozen: 2,
  column: 2,
  red: 1,
  black: 1,
  odd: 1,
  even: 1,
  low: 1,
  high: 1,
};

interface ZeroArea {
  readonly splits: readonly string[];
  readonly trios: readonly string[];
  /** The one bet on the whole zero area, with an id of its own. */
  readonly whole?: { readonly kind: "first-four" | "top-line"; readonly covers: string };
}

const ZERO_AREAS: Readonly<Record<WheelName, ZeroArea>> = {
  european: {
    splits: ["0-1", "0-2", "0-3"],
    trios: ["0-1-2", "0-2-3"],
    whole: { kind: "first-four", covers: "0-1-2-3" },
  },
  american: {
    splits: ["0-00", "0-1", "0-2", "00-2", "00-3"],
    trios: ["0-1-2", "0-00-2", "00-2-3"],
    whole: { kind: "top-line", covers: "0-00-1-2-3" },
  },
  "triple-zero": { splits: [], trios: [] },
};

const ROWS = 12;
const NUMBERS = Array.from({ length: 36 }, (_, index) => index + 1);

/** A spot whose id is its kind and the pockets that it covers. */
function covering(kind: SpotKind, covers: readonly Pocket[]): Spot {
  const ordered = covers.toSorted((left, right) => pocketOrder(left) - pocketOrder(right));
  return named(kind, `${kind}:${ordered.join("-")}`, ordered);
}

function named(kind: SpotKind, id: SpotId, covers: readonly Pocket[]): Spot {
  return Object.freeze({
    id,
    kind,
    covers: Object.freeze([...covers]),
    paysToOne: PAYS_TO_ONE[kind],
  });
}

/** A spot on numbers (never zeros) given as integers. */
function onNumbers(kind: SpotKind, numbers: readonly number[]): Spot {
  return covering(kind, numbers.map(String));
}

function touchingSplits(): Spot[] {
  return NUMBERS.flatMap((n) => [
    ...(n % 3 === 0 ? [] : [onNumbers("split", [n, n + 1])]),
    ...(n > 33 ? [] : [onNumbers("split", [n, n + 3])]),
  ]);
}

function corners(): Spot[] {
  return NUMBERS.filter((n) => n % 3 !== 0 && n <= 33).map((n) =>
    onNumbers("corner", [n, n + 1, n + 3, n + 4]),
  );
}

function rowsOf(kind: "street" | "six-line", rowsEach: number): Spot[] {
  return Array.from({ length: ROWS - rowsEach + 1 }, (_, row) =>
    onNumbers(kind, NUMBERS.slice(3 * row, 3 * (row + rowsEach))),
  );
}

function outside(kind: SpotKind, id: SpotId, takes: (n: number) => boolean): Spot {
  return named(kind, id, NUMBERS.filter(takes).map(String));
}

function outsideSpots(): Spot[] {
  const thirds = [1, 2, 3];
  return [
    ...thirds.map((third) =>
      outside("dozen", `dozen:${third}`, (n) => Math.ceil(n / 12) === third),
    ),
    ...thirds.map((third) => outside("column", `column:${third}`, (n) => (n - third) % 3 === 0)),
    outside("red", "red", (n) => colourOf(String(n)) === "red"),
    outside("black", "black", (n) => colourOf(String(n)) === "black"),
    outside("odd", "odd", (n) => n % 2 === 1),
    outside("even", "even", (n) => n % 2 === 0),
    outside("low", "low", (n) => n <= 18),
    outside("high", "high", (n) => n > 18),
  ];
}

function spotsOf(wheel: WheelName): Spot[] {
  const zero = ZERO_AREAS[wheel];
  const fromLabels = (kind: SpotKind) => (labels: string) => covering(kind, labels.split("-"));
  return [
    ...canonicalPocketsOf(wheel).map((pocket) => covering("straight", [pocket])),
    ...touchingSplits(),
    ...zero.splits.map(fromLabels("split")),
    ...rowsOf("street", 1),
    ...zero.trios.map(fromLabels("trio")),
    ...corners(),
    ...(zero.whole ? [named(zero.whole.kind, zero.whole.kind, zero.whole.covers.split("-"))] : []),
    ...rowsOf("six-line", 2),
    ...outsideSpots(),
  ];
}

function buildLayout(wheel: WheelName): Layout {
  const spots = Object.freeze(spotsOf(wheel));
  const indices: ReadonlyMap<SpotId, number> = new Map(
    spots.map((spot, index) => [spot.id, index]),
  );
  assert(indices.size === spots.length, `two spots of ${wheel} share an id`);
  const indexOf = (id: SpotId): number => indices.get(id) ?? -1;
  return Object.freeze({
    wheel,
    spots,
    indexOf,
    find: (id: SpotId): Spot | undefined => spots[indexOf(id)],
  });
}

const LAYOUTS: Readonly<Record<WheelName, Layout>> = {
  european: buildLayout("european"),
  american: buildLayout("american"),
  "triple-zero": buildLayout("triple-zero"),
};

/** The felt of `wheel`: 157, 161 or 153 spots, always the same object. */
export function layoutOf(wheel: WheelName): Layout {
  return LAYOUTS[wheel];
}
