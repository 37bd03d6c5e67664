/** All chips on the felt. A stack is drawn anew only when what it shows has changed. */
import type { Renderer } from "pixi.js";
import { Container } from "pixi.js";
import { bake } from "./bake.ts";
import { drawOthers, drawStack } from "./chipPicture.ts";
import type { FeltLayout, SpotPlace } from "./feltLayout.ts";
import type { FeltView } from "./feltView.ts";
import { toPixels } from "./feltView.ts";
import type { Point } from "./geometry.ts";
import { clamp } from "./geometry.ts";
import { seatColour } from "./palette.ts";
import type { SceneModel } from "./sceneModel.ts";

type Kind = "own" | "ghost" | "others";

interface Wanted {
  readonly kind: Kind;
  readonly spot: string;
  readonly amount: number;
  readonly colours: readonly number[];
}

interface Shown {
  readonly look: string;
  readonly picture: Container;
}

/** How large other people's chips are beside one's own. */
const OTHERS_SIZE = 0.8;

const ALPHA: Readonly<Record<Kind, number>> = { own: 1, ghost: 0.5, others: 0.9 };

/** Chips that lost stay in sight, faintly, until the croupier clears the felt. */
const LOST_ALPHA = 0.22;

export class ChipsLayer {
  readonly container = new Container();
  readonly #renderer: Renderer;
  readonly #shown = new Map<string, Shown>();

  constructor(renderer: Renderer) {
    this.#renderer = renderer;
    this.container.sortableChildren = true;
  }

  /** Shows the model's chips; `radius` is that of one's own. */
  update(model: SceneModel, layout: FeltLayout, view: FeltView): void {
    const radius = chipRadius(view);
    const wanted = wantedOf(model);
    for (const [key, { picture }] of this.#shown) {
      if (wanted.has(key)) continue;
      picture.destroy({ children: true });
      this.#shown.delete(key);
    }
    for (const [key, want] of wanted) {
      const place = layout.places.get(want.spot);
      if (place === undefined) continue;
      const picture = this.#pictureOf(key, want, radius);
      const { x, y } = toPixels(view, place.anchor);
      const shared = wanted.has(`own ${want.spot}`) || wanted.has(`ghost ${want.spot}`);
      const aside = asideOf(place, view, { others: want.kind === "others", shared, radius });
      picture.position.set(x + aside.x, y + aside.y);
      picture.alpha = alphaOf(model, want);
    }
  }

  /** Forgets everything shown, as when the felt changes its size. */
  clear(): void {
    for (const { picture } of this.#shown.values()) picture.destroy({ children: true });
    this.#shown.clear();
  }

  #pictureOf(key: string, want: Wanted, radius: number): Container {
    const look = `${want.amount} ${radius} ${want.colours.join()}`;
    const known = this.#shown.get(key);
    if (known?.look === look) return known.picture;
    known?.picture.destroy({ children: true });
    const drawing =
      want.kind === "others"
        ? drawOthers(want.amount, radius * OTHERS_SIZE, want.colours)
        : drawStack(want.amount, radius);
    const picture = bake(this.#renderer, drawing, this.#renderer.resolution);
    picture.zIndex = want.kind === "others" ? 0 : 1;
    this.container.addChild(picture);
    this.#shown.set(key, { look, picture });
    return picture;
  }
}

/** A chip's radius in pixels: it must leave room for its neighbours on the lines. */
function chipRadius({ scaleX, scaleY }: FeltView): number {
  return clamp(Math.min(scaleX, scaleY) * 0.35, 8, 22);
}

/** Whose chips, how large one's own are, and whether one has some on the same spot. */
interface Pile {
  readonly others: boolean;
  readonly shared: boolean;
  readonly radius: number;
}

const MIDDLE: Point = { x: 0, y: 0 };

/**
 * How far from a spot's middle chips lie, in pixels, so that neither other chips nor what is printed
 * there is covered. On a field others' chips lie beside the print and one's own on its other side
 * where there is room, save on a number; on a line others' chips make room for one's own.
 */
export function asideOf(place: SpotPlace, view: FeltView, { others, shared, radius }: Pile): Point {
  const { spot, onLine, hit } = place;
  if (onLine) return others && shared ? { x: 1.2 * radius, y: -0.96 * radius } : MIDDLE;
  if (!others && spot.kind === "straight") return MIDDLE;
  const [width, height] = [hit.width * view.scaleX, hit.height * view.scaleY];
  const away =
    height > width * 1.3 ? { x: 0, y: height * 0.32 } : { x: width * 0.28, y: height * 0.2 };
  if (others) return away;
  const roomy = Math.max(away.x, away.y) > 2 * radius;
  return roomy ? { x: -away.x, y: -away.y } : MIDDLE;
}

function wantedOf(model: SceneModel): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const want = (kind: Kind, spot: string, amount: number): void => {
    const colours = kind === "others" ? (model.colours.get(spot) ?? []).map(seatColour) : [];
    wanted.set(`${kind} ${spot}`, { kind, spot, amount, colours });
  };
  for (const [spot, amount] of model.others) want("others", spot, amount);
  for (const [spot, amount] of model.own) {
    if (!model.ghosts.chips.has(spot)) want("own", spot, amount);
  }
  for (const [spot, amount] of model.ghosts.chips) {
    want("ghost", spot, amount + (model.own.get(spot) ?? 0));
  }
  return wanted;
}

function alphaOf(model: SceneModel, { kind, spot }: Wanted): number {
  if (model.marked !== null && !model.winning.has(spot)) return LOST_ALPHA;
  if (kind === "own" && model.ghosts.leaving) return ALPHA.ghost;
  return ALPHA[kind];
}
