/**
 * Where everything lies on the felt, in units of its own, before any pixel.
 *
 * The felt is thought of along its length: `along` runs from the zeros (below 0) over the twelve
 * rows of numbers (0 to 12) to the columns (12 to 13), `across` from the first column's outer edge
 * (0) to the third's (3); the dozens and the even-money spots lie beside the first column, at
 * `across` below 0. Two orientations turn that into x and y: `wide` lays the length from left to
 * right, as a player sits at it, `tall` from top to bottom, for a screen held upright. Everything
 * else follows from the same numbers, so that what is drawn and what is hit can never differ.
 */
import { layoutOf } from "@croupier/shared/core/spots";
import type { Pocket, Spot, WheelName } from "@croupier/shared/core/types";
import type { Point, Rect } from "./geometry.ts";
import { centreOf } from "./geometry.ts";

export type Orientation = "wide" | "tall";

/** A printed field of the felt: a number or an outside spot. */
export interface Cell {
  readonly spot: string;
  readonly rect: Rect;
}

/** Where a spot's chips lie, and where it can be hit. */
export interface SpotPlace {
  readonly spot: Spot;
  readonly anchor: Point;
  /** The area that takes a click for this spot; on the lines between fields areas may overlap. */
  readonly hit: Rect;
  /** True for spots on lines and corners, which go before the fields beneath them. */
  readonly onLine: boolean;
}

export interface FeltLayout {
  readonly wheel: WheelName;
  readonly orientation: Orientation;
  /** The whole felt in felt units, from its top left corner at (0, 0). */
  readonly width: number;
  readonly height: number;
  readonly cells: readonly Cell[];
  readonly places: ReadonlyMap<string, SpotPlace>;
}

/** A span of the felt along and across. */
interface Span {
  readonly along: number;
  readonly across: number;
  readonly length: number;
  readonly breadth: number;
}

interface Measures {
  /** Breadth of the band of dozens, and of the band of even-money spots beside it. */
  readonly dozens: number;
  readonly evens: number;
  /** Length of the zero fields. */
  readonly zeros: number;
  /** Length and breadth of a number's field in x/y units. */
  readonly length: number;
  readonly breadth: number;
}

const MEASURES: Readonly<Record<Orientation, Measures>> = {
  wide: { dozens: 0.72, evens: 0.78, zeros: 1.05, length: 1, breadth: 1.06 },
  tall: { dozens: 0.62, evens: 0.72, zeros: 1, length: 1, breadth: 1.72 },
};

/** Half the width of a line's hit area, as a share of a field. */
const LINE_REACH = 0.25;

/** How far the spots on the numbers' outer edge reach into the narrow band of the dozens. */
const REACH_TO_DOZENS = 0.15;

const EVENS: readonly string[] = ["low", "even", "red", "black", "odd", "high"];

/** The zeros of each wheel as shares of the felt's breadth: from, to (across). */
const ZERO_SPANS: Readonly<Record<WheelName, readonly (readonly [Pocket, number, number])[]>> = {
  european: [["0", 0, 3]],
  american: [
    ["0", 0, 1.5],
    ["00", 1.5, 3],
  ],
  "triple-zero": [
    ["0", 0, 1],
    ["00", 1, 2],
    ["000", 2, 3],
  ],
};

/** Anchors in the zero area that do not follow from touching rows: along, across. */
const ZERO_ANCHORS: Readonly<Record<string, readonly [number, number]>> = {
  "split:0-1": [0, 0.5],
  "split:0-2": [0, 1.5],
  "split:0-3": [0, 2.5],
  "trio:0-1-2": [0, 1],
  "trio:0-2-3": [0, 2],
  "first-four": [0, 0],
};

const AMERICAN_ANCHORS: Readonly<Record<string, readonly [number, number]>> = {
  "split:0-00": [-0.5, 1.5],
  "split:0-1": [0, 0.5],
  "split:0-2": [0, 1.25],
  "split:00-2": [0, 1.75],
  "split:00-3": [0, 2.5],
  "trio:0-1-2": [0, 1],
  "trio:0-00-2": [0, 1.5],
  "trio:00-2-3": [0, 2],
  "top-line": [0, 0],
};

function fieldSpan(spotId: string, wheel: WheelName, measures: Measures): Span | null {
  const [kind, label = ""] = spotId.split(":");
  const even = EVENS.indexOf(spotId);
  if (even >= 0) {
    const across = -measures.dozens - measures.evens;
    return { along: 2 * even, across, length: 2, breadth: measures.evens };
  }
  const number = Number(label);
  if (kind === "dozen") {
    return {
      along: 4 * (number - 1),
      across: -measures.dozens,
      length: 4,
      breadth: measures.dozens,
    };
  }
  if (kind === "column") return { along: 12, across: number - 1, length: 1, breadth: 1 };
  if (kind !== "straight") return null;
  const zero = ZERO_SPANS[wheel].find(([pocket]) => pocket === label);
  if (zero !== undefined) {
    const [, from, to] = zero;
    return { along: -measures.zeros, across: from, length: measures.zeros, breadth: to - from };
  }
  return { along: Math.floor((number - 1) / 3), across: (number - 1) % 3, length: 1, breadth: 1 };
}

/** The point on the lines for an inside spot of several numbers: along, across. */
function lineAnchor(spot: Spot, wheel: WheelName): readonly [number, number] {
  const anchors = wheel === "american" ? AMERICAN_ANCHORS : ZERO_ANCHORS;
  const named = anchors[spot.id];
  if (named !== undefined) return named;
  const rows = spot.covers.map((label) => Math.floor((Number(label) - 1) / 3));
  const columns = spot.covers.map((label) => (Number(label) - 1) % 3);
  const along = (Math.min(...rows) + Math.max(...rows) + 1) / 2;
  const wholeRows = spot.kind === "street" || spot.kind === "six-line";
  return [along, wholeRows ? 0 : (Math.min(...columns) + Math.max(...columns) + 1) / 2];
}

/** How far a line's hit area reaches along and across from its anchor. */
function lineReach(spot: Spot, wheel: WheelName): readonly [number, number] {
  const squeezed = wheel === "american" && ["split:0-2", "split:00-2"].includes(spot.id);
  if (squeezed) return [LINE_REACH, 0.13];
  if (spot.kind === "street") return [0.5 - LINE_REACH, LINE_REACH];
  if (spot.kind !== "split") return [LINE_REACH, LINE_REACH];
  if (spot.id === "split:0-00") return [0.4, LINE_REACH];
  const [along] = lineAnchor(spot, wheel);
  const acrossTheLength = Number.isInteger(along);
  return acrossTheLength ? [LINE_REACH, 0.5 - LINE_REACH] : [0.5 - LINE_REACH, LINE_REACH];
}

type Turn = (span: Span) => Rect;

/** Spans to x and y: `wide` has the first column nearest to the player, `tall` to the left. */
function turnOf(orientation: Orientation, measures: Measures): Turn {
  const { zeros, length, breadth, dozens, evens } = measures;
  const beside = dozens + evens;
  return (span) => {
    const x = (span.along + zeros) * length;
    const size = span.length * length;
    const wide = span.breadth * breadth;
    if (orientation === "wide") {
      return { x, y: (3 - span.across - span.breadth) * breadth, width: size, height: wide };
    }
    return { x: (span.across + beside) * breadth, y: x, width: wide, height: size };
  };
}

function placeOf(spot: Spot, wheel: WheelName, orientation: Orientation): SpotPlace {
  const measures = MEASURES[orientation];
  const turn = turnOf(orientation, measures);
  const field = fieldSpan(spot.id, wheel, measures);
  if (field !== null) {
    const hit = turn(field);
    return { spot, anchor: centreOf(hit), hit, onLine: false };
  }
  const [along, across] = lineAnchor(spot, wheel);
  const [reachAlong, reachAcross] = lineReach(spot, wheel);
  const reachOut = across === 0 ? REACH_TO_DOZENS : reachAcross;
  const hit = turn({
    along: along - reachAlong,
    across: across - reachOut,
    length: 2 * reachAlong,
    breadth: reachOut + reachAcross,
  });
  const anchor = turn({ along, across, length: 0, breadth: 0 });
  return { spot, anchor: { x: anchor.x, y: anchor.y }, hit, onLine: true };
}

function build(wheel: WheelName, orientation: Orientation): FeltLayout {
  const measures = MEASURES[orientation];
  const { zeros, length, breadth, dozens, evens } = measures;
  const places = new Map(
    layoutOf(wheel).spots.map((spot) => [spot.id, placeOf(spot, wheel, orientation)]),
  );
  const cells = [...places.values()]
    .filter(({ onLine }) => !onLine)
    .map(({ spot, hit }) => ({ spot: spot.id, rect: hit }));
  const long = (zeros + 13) * length;
  const broad = (3 + dozens + evens) * breadth;
  const [width, height] = orientation === "wide" ? [long, broad] : [broad, long];
  return { wheel, orientation, width, height, cells, places };
}

const LAYOUTS = new Map<string, FeltLayout>();

/** The felt of a wheel in an orientation; always the same object. */
export function feltLayoutOf(wheel: WheelName, orientation: Orientation): FeltLayout {
  const key = `${wheel} ${orientation}`;
  const known = LAYOUTS.get(key);
  if (known !== undefined) return known;
  const layout = build(wheel, orientation);
  LAYOUTS.set(key, layout);
  return layout;
}
