import { describe, expect, it } from "vitest";
import { VECTORS } from "../testing/vectors.ts";
import { layoutOf } from "./spots.ts";
import { WHEELS } from "./types.ts";

describe.each(WHEELS)("the %s felt", (wheel) => {
  const layout = layoutOf(wheel);

  it("has the published spots in the published order", () => {
    const spots = layout.spots.map(({ id, kind, covers }) => ({ id, kind, covers }));
    expect(spots).toEqual(VECTORS.layouts[wheel]);
  });

  it("finds every spot by its id, and no other", () => {
    layout.spots.forEach((spot, index) => {
      expect(layout.find(spot.id)).toBe(spot);
      expect(layout.indexOf(spot.id)).toBe(index);
    });
    for (const id of ["", "straight:37", "split:20-17", "split:1-36", "RED", "__proto__", "0"]) {
      expect(layout.find(id), id).toBeUndefined();
      expect(layout.indexOf(id), id).toBe(-1);
    }
  });

  it("pays 36 chips in all, shared over the pockets that a spot covers", () => {
    for (const { id, covers, paysToOne } of layout.spots) {
      // The top line covers five, and the house keeps the fifth of a chip.
      expect(paysToOne, id).toBe(Math.floor(36 / covers.length) - 1);
    }
  });

  it("is always the same object, and frozen", () => {
    expect(layoutOf(wheel)).toBe(layout);
    expect(Object.isFrozen(layout.spots)).toBe(true);
    expect(
      layout.spots.every((spot) => Object.isFrozen(spot) && Object.isFrozen(spot.covers)),
    ).toBe(true);
  });
});

describe("the three felts", () => {
  it("have 157, 161 and 153 spots", () => {
    expect(WHEELS.map((wheel) => layoutOf(wheel).spots.length)).toEqual([157, 161, 153]);
  });

  it("draw their zeros differently", () => {
    const withZero = (wheel: (typeof WHEELS)[number]) =>
      layoutOf(wheel)
        .spots.filter(({ covers }) => covers.some((pocket) => /^0+$/.test(pocket)))
        .map(({ id }) => id)
        .join(" ");
    expect(withZero("european")).toBe(
      "straight:0 split:0-1 split:0-2 split:0-3 trio:0-1-2 trio:0-2-3 first-four",
    );
    expect(withZero("american")).toBe(
      "straight:0 straight:00 split:0-00 split:0-1 split:0-2 split:00-2 split:00-3 " +
        "trio:0-1-2 trio:0-00-2 trio:00-2-3 top-line",
    );
    expect(withZero("triple-zero")).toBe("straight:0 straight:00 straight:000");
  });
});
