/**
 * The wheel, drawn once at a radius of 1,000 and scaled: a wooden bowl that stands still, and in it a
 * rotor with its numbers and pockets that turns.
 */
import type { WheelName } from "@croupier/shared/core/types";
import { colourOf, pocketsOf } from "@croupier/shared/core/wheel";
import type { Renderer } from "pixi.js";
import { Container, Graphics, Text } from "pixi.js";
import { bake } from "./bake.ts";
import { PALETTE, POCKET_COLOURS } from "./palette.ts";

/** The radius at which the wheel is drawn. */
export const WHEEL_RADIUS = 1_000;

const TURN = 2 * Math.PI;
const TOP = -Math.PI / 2;

/** Radii of the rotor's parts. */
const RADII = { rotor: 735, numbers: 715, pockets: 600, cone: 470, hub: 150 } as const;

export interface WheelPicture {
  readonly container: Container;
  /** What turns; the pocket "0" stands at its top. */
  readonly rotor: Container;
}

/** Rings from one colour to another: a gradient that costs no texture. */
function shadeRings(
  graphics: Graphics,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  const steps = 28;
  const [fromRadius, fromColour] = from;
  const [toRadius, toColour] = to;
  for (let step = 0; step <= steps; step++) {
    const share = step / steps;
    graphics
      .circle(0, 0, fromRadius + (toRadius - fromRadius) * share)
      .fill(mix(fromColour, toColour, share));
  }
}

/** A colour between two others. */
function mix(from: number, to: number, share: number): number {
  const channel = (shift: number): number => {
    const start = (from >> shift) & 255;
    return Math.round(start + (((to >> shift) & 255) - start) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

function drawBowl(): Graphics {
  const bowl = new Graphics();
  bowl.circle(0, 26, WHEEL_RADIUS).fill({ color: PALETTE.shadow, alpha: 0.35 });
  shadeRings(bowl, [1_000, 0x1d0c06], [958, PALETTE.wood]);
  bowl.circle(0, 0, 958).stroke({ color: PALETTE.gold, width: 9 });
  shadeRings(bowl, [952, PALETTE.woodPale], [860, 0x3c1b0d]);
  shadeRings(bowl, [858, 0x6b3a1e], [RADII.rotor, 0x32170b]);
  bowl.circle(0, 0, 860).stroke({ color: PALETTE.goldDeep, width: 5, alpha: 0.9 });
  for (let index = 0; index < 8; index++) drawDeflector(bowl, (TURN * index) / 8, index % 2 === 0);
  bowl.circle(0, 0, RADII.rotor).stroke({ color: PALETTE.gold, width: 10 });
  return bowl;
}

/** A brass diamond on the slope, along it or across. */
function drawDeflector(bowl: Graphics, angle: number, along: boolean): void {
  const [long, broad] = along ? [46, 15] : [17, 40];
  const [x, y] = [Math.cos(angle) * 800, Math.sin(angle) * 800];
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)];
  const corner = (out: number, side: number) => [
    x + ux * out - uy * side,
    y + uy * out + ux * side,
  ];
  const points = [corner(long, 0), corner(0, broad), corner(-long, 0), corner(0, -broad)].flat();
  bowl.poly(points).fill(PALETTE.gold).stroke({ color: PALETTE.goldDeep, width: 4 });
}

function drawPockets(wheel: WheelName): Graphics {
  const rotor = new Graphics();
  const pockets = pocketsOf(wheel);
  const step = TURN / pockets.length;
  rotor.circle(0, 0, RADII.rotor - 5).fill(PALETTE.goldDeep);
  for (const [index, pocket] of pockets.entries()) {
    const middle = TOP + index * step;
    const { wheel: colour } = POCKET_COLOURS[colourOf(pocket)];
    const [from, to] = [middle - step / 2, middle + step / 2];
    drawSector(rotor, { from, to, inner: RADII.pockets, outer: RADII.numbers }, colour);
    drawSector(rotor, { from, to, inner: RADII.cone, outer: RADII.pockets }, mix(colour, 0, 0.38));
  }
  for (let index = 0; index < pockets.length; index++) {
    const angle = TOP + (index + 0.5) * step;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    rotor.moveTo(x * RADII.cone, y * RADII.cone).lineTo(x * RADII.numbers, y * RADII.numbers);
  }
  rotor.stroke({ color: PALETTE.gold, width: 4.5 });
  for (const radius of [RADII.numbers, RADII.pockets]) rotor.circle(0, 0, radius);
  rotor.stroke({ color: PALETTE.gold, width: 6 });
  return rotor;
}

interface Sector {
  readonly from: number;
  readonly to: number;
  readonly inner: number;
  readonly outer: number;
}

function drawSector(graphics: Graphics, { from, to, inner, outer }: Sector, colour: number): void {
  graphics
    .moveTo(Math.cos(from) * inner, Math.sin(from) * inner)
    .lineTo(Math.cos(from) * outer, Math.sin(from) * outer)
    .arc(0, 0, outer, from, to)
    .lineTo(Math.cos(to) * inner, Math.sin(to) * inner)
    .arc(0, 0, inner, to, from, true)
    .closePath()
    .fill(colour);
}

function drawCone(): Graphics {
  const cone = new Graphics();
  shadeRings(cone, [RADII.cone, 0x2c140a], [300, 0x7a4423]);
  shadeRings(cone, [300, 0x7a4423], [RADII.hub, 0x4a2412]);
  cone.circle(0, 0, RADII.cone).stroke({ color: PALETTE.gold, width: 12 });
  for (let index = 0; index < 4; index++) {
    const angle = (TURN * index) / 4 + TURN / 8;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    cone.moveTo(x * 60, y * 60).lineTo(x * 300, y * 300);
    cone.stroke({ color: PALETTE.goldDeep, width: 44, cap: "round" });
    cone.moveTo(x * 60, y * 60).lineTo(x * 300, y * 300);
    cone.stroke({ color: PALETTE.gold, width: 30, cap: "round" });
    cone
      .circle(x * 318, y * 318, 40)
      .fill(PALETTE.gold)
      .stroke({ color: PALETTE.goldDeep, width: 6 });
    cone.circle(x * 308 - 8, y * 308 - 10, 14).fill(PALETTE.goldPale);
  }
  shadeRings(cone, [RADII.hub, PALETTE.goldDeep], [96, PALETTE.gold]);
  shadeRings(cone, [92, PALETTE.goldDeep], [40, PALETTE.goldPale]);
  return cone;
}

function labels(wheel: WheelName): Text[] {
  const pockets = pocketsOf(wheel);
  return pockets.map((pocket, index) => {
    const angle = (TURN * index) / pockets.length;
    const text = new Text({
      text: pocket,
      style: {
        fontFamily: "Georgia, 'Times New Roman', serif",
        fontWeight: "bold",
        fontSize: pocket.length > 2 ? 44 : 68,
        fill: PALETTE.ivory,
      },
      anchor: 0.5,
    });
    text.position.set(Math.sin(angle) * 656, -Math.cos(angle) * 656);
    text.rotation = angle;
    return text;
  });
}

/** The light of the room on the bowl; it does not turn. */
function drawShine(): Graphics {
  const shine = new Graphics();
  shine.arc(0, 0, 906, -2.5, -1.2).stroke({ color: 0xffffff, width: 26, alpha: 0.1, cap: "round" });
  shine.arc(0, 0, 906, 0.75, 1.5).stroke({ color: 0xffffff, width: 16, alpha: 0.06, cap: "round" });
  return shine;
}

/**
 * The picture of a wheel, its middle at (0, 0) and its radius {@link WHEEL_RADIUS}.
 *
 * @param resolution pixels for a unit where the wheel is shown largest
 */
export function drawWheel(renderer: Renderer, wheel: WheelName, resolution: number): WheelPicture {
  const turning = new Container();
  turning.addChild(drawPockets(wheel), drawCone(), ...labels(wheel));
  const standing = new Container();
  standing.addChild(drawBowl(), drawShine());
  const rotor = bake(renderer, turning, resolution);
  const container = new Container();
  container.addChild(bake(renderer, standing, resolution), rotor);
  return { container, rotor };
}

/** The ball, its middle at (0, 0), on the wheel's scale. */
export function drawBall(renderer: Renderer, resolution: number): Container {
  const ball = new Graphics();
  ball.circle(7, 12, 31).fill({ color: PALETTE.shadow, alpha: 0.4 });
  ball.circle(0, 0, 30).fill(0xd8d8d4);
  ball.circle(-3, -4, 25).fill(0xf1f1ee);
  ball.circle(-9, -10, 11).fill(0xffffff);
  return bake(renderer, ball, resolution);
}
