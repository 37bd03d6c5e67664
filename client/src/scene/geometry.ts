/** Points and rectangles on a plane; x grows to the right and y downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** True for a point inside the rectangle or on its edge. */
export function contains(rect: Rect, { x, y }: Point): boolean {
  return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
}

/** The rectangle's middle. */
export function centreOf({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Distance between two points. */
export function distance(from: Point, to: Point): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

/** Where `amount` of the way from `from` to `to` lies; 0 is the beginning. */
export function between(from: number, to: number, amount: number): number {
  return from + (to - from) * amount;
}

/** `value`, no less than `least` and no more than `most`. */
export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
