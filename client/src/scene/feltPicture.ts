/** The printed felt: fields, numbers and words, drawn anew only when the room for it changes. */
import { layoutOf } from "@croupier/shared/core/spots";
import { colourOf } from "@croupier/shared/core/wheel";
import { Container, Graphics, Text } from "pixi.js";
import type { FeltLayout } from "./feltLayout.ts";
import type { FeltView } from "./feltView.ts";
import { rectToPixels } from "./feltView.ts";
import type { Rect } from "./geometry.ts";
import { centreOf } from "./geometry.ts";
import { PALETTE, POCKET_COLOURS } from "./palette.ts";

const WORDS: Readonly<Record<string, string>> = {
  "dozen:1": "1st 12",
  "dozen:2": "2nd 12",
  "dozen:3": "3rd 12",
  "column:1": "2 to 1",
  "column:2": "2 to 1",
  "column:3": "2 to 1",
  low: "1 – 18",
  high: "19 – 36",
  even: "EVEN",
  odd: "ODD",
};

/** The felt in pixels, below everything that lies on it. */
export function drawFelt(layout: FeltLayout, view: FeltView): Container {
  const container = new Container();
  const fields = new Graphics();
  container.addChild(fields);
  for (const { spot, rect } of layout.cells) {
    const field = rectToPixels(view, rect);
    drawField(fields, spot, field);
    const words = WORDS[spot] ?? (spot.startsWith("straight:") ? spot.slice(9) : null);
    if (words !== null) container.addChild(print(words, field, spot.startsWith("straight:")));
  }
  return container;
}

/** A field's fill: numbers in their colour, red and black as diamonds, the rest bare felt. */
function drawField(fields: Graphics, spot: string, rect: Rect): void {
  const { x, y, width, height } = rect;
  fields.rect(x, y, width, height).fill(PALETTE.feltDeep);
  const [pocket] = layoutOf("european").find(spot)?.covers ?? [spot.slice(9)];
  if (spot.startsWith("straight:")) {
    const { felt } = POCKET_COLOURS[colourOf(pocket ?? "")];
    fields.rect(x, y, width, height).fill(felt);
  } else if (spot === "red" || spot === "black") {
    const { x: cx, y: cy } = centreOf(rect);
    const [halfWidth, halfHeight] = [Math.min(width, height * 2.2) * 0.36, height * 0.34];
    const reach = [Math.min(halfWidth, height), Math.min(halfHeight, width)] as const;
    fields
      .poly([cx - reach[0], cy, cx, cy - reach[1], cx + reach[0], cy, cx, cy + reach[1]])
      .fill(spot === "red" ? PALETTE.red : PALETTE.black)
      .stroke({ color: PALETTE.line, width: 1.5 });
  }
  fields.rect(x, y, width, height).stroke({ color: PALETTE.line, width: 1.5, alpha: 0.9 });
}

/** Words in the middle of a field, turned where it is narrow, never wider than it. */
function print(words: string, rect: Rect, isNumber: boolean): Text {
  const { width, height } = rect;
  const turned = !isNumber && height > width * 1.3;
  const [along, across] = turned ? [height, width] : [width, height];
  const size = isNumber ? Math.min(across * 0.46, width * 0.4, 30) : Math.min(across * 0.36, 19);
  const text = new Text({
    text: words,
    style: {
      fontFamily: "Georgia, 'Times New Roman', serif",
      fontWeight: isNumber ? "bold" : "normal",
      fontSize: size,
      fill: PALETTE.ivory,
    },
    anchor: 0.5,
  });
  const { x, y } = centreOf(rect);
  text.position.set(x, y);
  if (text.width > along * 0.88) text.scale.set((along * 0.88) / text.width);
  if (turned) text.rotation = -Math.PI / 2;
  return text;
}
