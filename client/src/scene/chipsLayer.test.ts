import { describe, expect, it } from "vitest";
import { asideOf } from "./chipsLayer.ts";
import { feltLayoutOf } from "./feltLayout.ts";

const RADIUS = 12;
const VIEWS = {
  wide: { x: 0, y: 0, scaleX: 96, scaleY: 80 },
  tall: { x: 0, y: 0, scaleX: 50, scaleY: 34 },
} as const;

function lies(
  orientation: "wide" | "tall",
  spot: string,
  pile: { others: boolean; shared: boolean },
) {
  const place = feltLayoutOf("european", orientation).places.get(spot);
  if (place === undefined) throw new Error(`there is no ${spot}`);
  const view = VIEWS[orientation];
  const { x, y } = asideOf(place, view, { ...pile, radius: RADIUS });
  const inside =
    Math.abs(x) + RADIUS <= (place.hit.width * view.scaleX) / 2 + 2 &&
    Math.abs(y) <= (place.hit.height * view.scaleY) / 2;
  return { x, y, inside };
}

describe.each(["wide", "tall"] as const)("chips on a %s felt", (orientation) => {
  const own = (spot: string) => lies(orientation, spot, { others: false, shared: true });
  const others = (spot: string, shared = true) => lies(orientation, spot, { others: true, shared });

  it.each(["straight:17", "red", "dozen:2", "column:1", "low"])(
    "of others lie on %s, beside what is printed there and beside one's own",
    (spot) => {
      const [mine, theirs] = [own(spot), others(spot)];
      expect(theirs.inside).toBe(true);
      expect(mine.inside).toBe(true);
      expect(Math.hypot(theirs.x, theirs.y)).toBeGreaterThan(RADIUS);
      expect(Math.hypot(theirs.x - mine.x, theirs.y - mine.y)).toBeGreaterThan(1.2 * RADIUS);
      expect(others(spot, false)).toEqual(theirs);
    },
  );

  it("cover a number only where they are one's own", () => {
    expect(own("straight:17")).toMatchObject({ x: 0, y: 0 });
    expect(Math.hypot(own("dozen:2").x, own("dozen:2").y)).toBeGreaterThan(2 * RADIUS);
  });

  it("on a line lie on it, unless one's own are there", () => {
    expect(others("split:17-20", false)).toMatchObject({ x: 0, y: 0 });
    expect(own("split:17-20")).toMatchObject({ x: 0, y: 0 });
    expect(Math.hypot(others("split:17-20").x, others("split:17-20").y)).toBeGreaterThan(RADIUS);
  });
});
