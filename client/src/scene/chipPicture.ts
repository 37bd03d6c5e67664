/** Chips: a small stack with its amount, as large as the felt's fields allow. */
import { Container, Graphics, Text } from "pixi.js";
import { formatShort } from "../store/format.ts";
import { chipColours, PALETTE } from "./palette.ts";

const RACK = [1000, 500, 100, 25, 5, 1] as const;

/** Chips shown in one stack, however many it holds; the amount is printed on the top one. */
const STACK_SHOWN = 5;

/** The body of chips whose owners are not known by name, and the face of all that are not one's own. */
const OTHERS_BODY = 0xaeb9ad;
const OTHERS_FACE = 0x16241d;

/** On chips smaller than that nobody could read an amount; the spot's label tells it. */
const READABLE_RADIUS = 11;

/** The chips, largest first and so lowest, that make up an amount: at most {@link STACK_SHOWN}. */
export function stackOf(amount: number): readonly number[] {
  const stack: number[] = [];
  let rest = amount;
  for (const chip of RACK) {
    while (rest >= chip && stack.length < STACK_SHOWN) {
      stack.push(chip);
      rest -= chip;
    }
  }
  return stack;
}

function drawChip(
  graphics: Graphics,
  value: number,
  { radius, lift }: { radius: number; lift: number },
): void {
  const { body, edge } = chipColours(value);
  graphics.circle(0, 1.5 - lift, radius).fill({ color: PALETTE.shadow, alpha: 0.45 });
  graphics.circle(0, -lift, radius).fill(body);
  for (let index = 0; index < 6; index++) {
    const angle = (Math.PI * index) / 3;
    const half = 0.2;
    graphics
      .moveTo(Math.cos(angle - half) * radius * 0.76, Math.sin(angle - half) * radius * 0.76 - lift)
      .lineTo(Math.cos(angle - half) * radius, Math.sin(angle - half) * radius - lift)
      .arc(0, -lift, radius, angle - half, angle + half)
      .lineTo(Math.cos(angle + half) * radius * 0.76, Math.sin(angle + half) * radius * 0.76 - lift)
      .closePath()
      .fill(edge);
  }
  graphics.circle(0, -lift, radius).stroke({ color: PALETTE.shadow, width: 0.8, alpha: 0.5 });
}

/** A stack with its amount on top, its lowest chip at (0, 0). */
export function drawStack(amount: number, radius: number): Container {
  const stack = new Container();
  const discs = new Graphics();
  const chips = stackOf(amount);
  const step = radius * 0.2;
  for (const [index, chip] of chips.entries())
    drawChip(discs, chip, { radius, lift: index * step });
  const lift = (chips.length - 1) * step;
  const colours = chipColours(chips.at(-1) ?? amount);
  discs.circle(0, -lift, radius * 0.72).fill(colours.body);
  discs.circle(0, -lift, radius * 0.72).stroke({ color: colours.edge, width: 1, alpha: 0.7 });
  const label = drawLabel(amount, { radius, lift, colour: colours.print });
  stack.addChild(discs, label);
  return stack;
}

/** Other people's chips on a spot: one small pile in the colours of the seats known by name. */
export function drawOthers(amount: number, radius: number, colours: readonly number[]): Container {
  const pile = new Container();
  const discs = new Graphics();
  const shown = colours.length === 0 ? [OTHERS_BODY] : colours.slice(0, 3);
  const step = radius * 0.32;
  for (const [index, colour] of shown.entries()) {
    const lift = index * step;
    discs.circle(0, 1.5 - lift, radius).fill({ color: PALETTE.shadow, alpha: 0.5 });
    discs.circle(0, -lift, radius).fill(colour);
    discs.circle(0, -lift, radius).stroke({ color: PALETTE.shadow, width: 0.8, alpha: 0.5 });
  }
  const lift = (shown.length - 1) * step;
  pile.addChild(discs);
  if (radius < READABLE_RADIUS) {
    discs.circle(0, -lift, radius * 0.55).stroke({ color: OTHERS_FACE, width: 1.5, alpha: 0.7 });
    return pile;
  }
  discs.circle(0, -lift, radius * 0.74).fill(OTHERS_FACE);
  pile.addChild(drawLabel(amount, { radius, lift, colour: PALETTE.ivory }));
  return pile;
}

/** The amount, written small enough to stay on the chip. */
function drawLabel(
  amount: number,
  { radius, lift, colour }: { radius: number; lift: number; colour: number },
): Text {
  const label = new Text({
    text: formatShort(amount),
    style: {
      fontFamily: "system-ui, sans-serif",
      fontWeight: "bold",
      fontSize: radius * 0.95,
      fill: colour,
    },
    anchor: 0.5,
  });
  label.position.set(0, -lift);
  if (label.width > radius * 1.5) label.scale.set((radius * 1.5) / label.width);
  return label;
}
