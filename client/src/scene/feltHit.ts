/** From a point on the felt to the spot that it means, and from a spot to its neighbour. */
import type { FeltLayout, SpotPlace } from "./feltLayout.ts";
import type { Point } from "./geometry.ts";
import { contains, distance } from "./geometry.ts";

/**
 * The spot at a point in felt units, or null beside the felt. On lines the nearest anchor wins, and
 * a line goes before the field beneath it.
 */
export function spotAt(layout: FeltLayout, point: Point): string | null {
  let best: SpotPlace | null = null;
  for (const place of layout.places.values()) {
    if (!contains(place.hit, point)) continue;
    if (best === null || isBetter(place, best, point)) best = place;
  }
  return best?.spot.id ?? null;
}

function isBetter(place: SpotPlace, best: SpotPlace, point: Point): boolean {
  if (place.onLine !== best.onLine) return place.onLine;
  return distance(place.anchor, point) < distance(best.anchor, point);
}

export type Direction = "left" | "right" | "up" | "down";

const HEADINGS: Readonly<Record<Direction, Point>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

/** How much worse a step sideways is than one ahead. */
const SIDEWAYS = 3;

/** The next spot in a direction, for the keyboard; the same one at the felt's edge. */
export function nextSpot(layout: FeltLayout, from: string, direction: Direction): string {
  const start = layout.places.get(from);
  if (start === undefined) return from;
  const heading = HEADINGS[direction];
  let nearest = from;
  let least = Number.POSITIVE_INFINITY;
  for (const { spot, anchor } of layout.places.values()) {
    const dx = anchor.x - start.anchor.x;
    const dy = anchor.y - start.anchor.y;
    const ahead = dx * heading.x + dy * heading.y;
    if (ahead < 0.01) continue;
    const cost = ahead + SIDEWAYS * Math.abs(dx * heading.y - dy * heading.x);
    if (cost < least) {
      least = cost;
      nearest = spot.id;
    }
  }
  return nearest;
}
