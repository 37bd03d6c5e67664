import { WHEELS } from "@croupier/shared/core/types";
import { describe, expect, it } from "vitest";
import { nextSpot, spotAt } from "./feltHit.ts";
import type { Orientation } from "./feltLayout.ts";
import { feltLayoutOf } from "./feltLayout.ts";
import { feltViewIn, fromPixels, toPixels } from "./feltView.ts";
import { contains, distance } from "./geometry.ts";

const ORIENTATIONS: readonly Orientation[] = ["wide", "tall"];
const FELTS = WHEELS.flatMap((wheel) =>
  ORIENTATIONS.map((orientation) => ({
    wheel,
    orientation,
    felt: feltLayoutOf(wheel, orientation),
  })),
);
const SPOTS = { european: 157, american: 161, "triple-zero": 153 };

describe.each(FELTS)("the $orientation felt of a $wheel table", ({ wheel, felt }) => {
  it("has a place for every spot", () => {
    expect(felt.places.size).toBe(SPOTS[wheel]);
  });

  it("takes a click on a spot's anchor for that spot, and for no other", () => {
    for (const [id, { anchor }] of felt.places) expect(spotAt(felt, anchor), id).toBe(id);
  });

  it("keeps every anchor on the felt and away from every other", () => {
    const places = [...felt.places.values()];
    const whole = { x: 0, y: 0, width: felt.width, height: felt.height };
    for (const { spot, anchor } of places) {
      expect(contains(whole, anchor), spot.id).toBe(true);
      for (const other of places) {
        if (other.spot.id === spot.id) continue;
        const apart = distance(anchor, other.anchor);
        expect(apart, `${spot.id} and ${other.spot.id}`).toBeGreaterThan(0.2);
      }
    }
  });

  it("leaves the middle of every number to the number itself", () => {
    for (const { spot, rect } of felt.cells) {
      for (const [dx, dy] of [
        [-0.2, 0],
        [0.2, 0],
        [0, -0.2],
        [0, 0.2],
      ] as const) {
        const x = rect.x + rect.width * (0.5 + dx);
        const y = rect.y + rect.height * (0.5 + dy);
        // The tall field of a double zero has the split with its neighbour on its long side.
        if (wheel === "american" && ["straight:0", "straight:00"].includes(spot)) continue;
        expect(spotAt(felt, { x, y }), spot).toBe(spot);
      }
    }
  });

  it("reaches every spot by the arrow keys", () => {
    const reached = new Set(["straight:17"]);
    const waiting = ["straight:17"];
    for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
      for (const direction of ["left", "right", "up", "down"] as const) {
        const to = nextSpot(felt, from, direction);
        if (!reached.has(to)) waiting.push(to);
        reached.add(to);
      }
    }
    expect([...felt.places.keys()].filter((id) => !reached.has(id))).toEqual([]);
  });

  it("finds the same spot from pixels, however the room is shaped", () => {
    for (const room of [
      { x: 10, y: 300, width: 1180, height: 340 },
      { x: 0, y: 210, width: 390, height: 470 },
    ]) {
      const view = feltViewIn(felt, room);
      const farCorner = toPixels(view, { x: felt.width, y: felt.height });
      expect(contains(room, { x: view.x + 1e-6, y: view.y + 1e-6 })).toBe(true);
      expect(contains(room, { x: farCorner.x - 1e-6, y: farCorner.y - 1e-6 })).toBe(true);
      for (const [id, { anchor }] of felt.places) {
        const pixel = toPixels(view, anchor);
        expect(spotAt(felt, fromPixels(view, pixel))).toBe(id);
      }
    }
  });
});

describe("spots on the lines", () => {
  const felt = feltLayoutOf("european", "wide");
  const anchorOf = (id: string) => felt.places.get(id)?.anchor;
  const rectOf = (id: string) => felt.cells.find(({ spot }) => spot === id)?.rect;

  it("lie between the numbers that they cover", () => {
    for (const { spot, anchor, onLine } of felt.places.values()) {
      if (!onLine) continue;
      for (const pocket of spot.covers) {
        const cell = rectOf(`straight:${pocket}`);
        if (cell === undefined) throw new Error(`no field for ${pocket}`);
        const inRow = ["street", "six-line", "first-four"].includes(spot.kind);
        const near = inRow ? cell.height * 3 : 1e-9;
        const grown = {
          x: cell.x - 1e-9,
          y: cell.y - near,
          width: cell.width + 2e-9,
          height: cell.height + 2 * near,
        };
        expect(contains(grown, anchor), `${spot.id} at ${pocket}`).toBe(true);
      }
    }
  });

  it("puts streets and six lines on the edge beside the dozens", () => {
    const edge = rectOf("dozen:1")?.y;
    expect(anchorOf("street:1-2-3")?.y).toBeCloseTo(edge ?? Number.NaN);
    expect(anchorOf("six-line:34-35-36-31-32-33")).toBeUndefined();
    expect(anchorOf("six-line:31-32-33-34-35-36")?.y).toBeCloseTo(edge ?? Number.NaN);
  });

  it("has nothing beside the felt", () => {
    expect(spotAt(felt, { x: -0.5, y: 1 })).toBeNull();
    expect(spotAt(felt, { x: 0.2, y: felt.height - 0.1 })).toBeNull();
  });
});
