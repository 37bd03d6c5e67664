/** How the felt's units become pixels in the room that the page leaves for it. */
import type { FeltLayout } from "./feltLayout.ts";
import type { Point, Rect } from "./geometry.ts";
import { clamp } from "./geometry.ts";

/** Pixels for a felt unit in each direction, and the felt's top left corner. */
export interface FeltView {
  readonly x: number;
  readonly y: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

/** How far the fields may be stretched to fill the room. */
const STRETCH = { least: 0.8, most: 1.7 };

/** The felt as large as the room allows, in its middle. */
export function feltViewIn(layout: FeltLayout, room: Rect): FeltView {
  const alike = Math.min(room.width / layout.width, room.height / layout.height);
  const scaleX = Math.min(room.width / layout.width, alike * STRETCH.most);
  const scaleY = clamp(room.height / layout.height, alike * STRETCH.least, alike * STRETCH.most);
  return {
    x: room.x + (room.width - layout.width * scaleX) / 2,
    y: room.y + (room.height - layout.height * scaleY) / 2,
    scaleX,
    scaleY,
  };
}

/** From felt units to pixels. */
export function toPixels(view: FeltView, { x, y }: Point): Point {
  return { x: view.x + x * view.scaleX, y: view.y + y * view.scaleY };
}

/** From pixels to felt units. */
export function fromPixels(view: FeltView, { x, y }: Point): Point {
  return { x: (x - view.x) / view.scaleX, y: (y - view.y) / view.scaleY };
}

/** A rectangle in felt units as pixels. */
export function rectToPixels(view: FeltView, rect: Rect): Rect {
  const corner = toPixels(view, rect);
  return { ...corner, width: rect.width * view.scaleX, height: rect.height * view.scaleY };
}
