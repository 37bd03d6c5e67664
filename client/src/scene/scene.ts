/**
 * The picture of the table on one canvas behind the page. The page decides where wheel and felt have
 * their room; the scene fills it, follows the model and moves by the server's clock.
 */
import type { WheelName } from "@croupier/shared/core/types";
import type { Renderer } from "pixi.js";
import { Container, Graphics } from "pixi.js";
import { bake } from "./bake.ts";
import { ChipsLayer } from "./chipsLayer.ts";
import { spotAt } from "./feltHit.ts";
import type { FeltLayout, Orientation } from "./feltLayout.ts";
import { feltLayoutOf } from "./feltLayout.ts";
import { drawFelt } from "./feltPicture.ts";
import type { FeltView } from "./feltView.ts";
import { feltViewIn, fromPixels, toPixels } from "./feltView.ts";
import type { Point, Rect } from "./geometry.ts";
import { MarksLayer } from "./marksLayer.ts";
import type { BallPlace } from "./motion.ts";
import { restingBall, rotorAngle, spinningBall } from "./motion.ts";
import type { SceneModel } from "./sceneModel.ts";
import type { WheelPicture } from "./wheelPicture.ts";
import { drawBall, drawWheel, WHEEL_RADIUS } from "./wheelPicture.ts";
import { forwardness, wheelCircle } from "./wheelPlacement.ts";

/** The room that the page leaves, in its pixels. */
export interface Site {
  readonly width: number;
  readonly height: number;
  readonly wheel: Rect;
  readonly felt: Rect;
  readonly orientation: Orientation;
}

export interface SceneOptions {
  readonly renderer: Renderer;
  /** Server's epoch milliseconds. */
  readonly now: () => number;
  /** True where the player asked for less motion. */
  readonly still: () => boolean;
}

interface Wheel {
  readonly name: WheelName;
  readonly picture: WheelPicture;
  readonly ball: Container;
  /** Pixels for a unit of the drawing at which it was baked. */
  readonly resolution: number;
}

interface Felt {
  readonly layout: FeltLayout;
  readonly view: FeltView;
  readonly picture: Container;
}

export class Scene {
  readonly #options: SceneOptions;
  readonly #stage = new Container();
  readonly #feltBed = new Container();
  readonly #chips: ChipsLayer;
  readonly #marks = new MarksLayer();
  readonly #veil = new Graphics();
  readonly #wheelStand = new Container();
  #wheel: Wheel | null = null;
  #felt: Felt | null = null;
  #site: Site | null = null;
  #model: SceneModel | null = null;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.#chips = new ChipsLayer(options.renderer);
    this.#stage.addChild(
      this.#feltBed,
      this.#marks.lights,
      this.#chips.container,
      this.#marks.dolly,
      this.#veil,
      this.#wheelStand,
    );
  }

  /** Takes the page's new measures. */
  resize(site: Site): void {
    this.#site = site;
    this.#options.renderer.resize(site.width, site.height);
    this.#setWheel();
    this.#layFelt();
  }

  /** Takes what there is to show; null shows nothing. */
  update(model: SceneModel | null): void {
    const sameWheel = model?.wheel === this.#model?.wheel;
    this.#model = model;
    this.#stage.visible = model !== null;
    if (!sameWheel) {
      this.#setWheel();
      this.#layFelt();
    }
    if (model === null || this.#felt === null) return;
    this.#chips.update(model, this.#felt.layout, this.#felt.view);
    this.#marks.update(model, this.#felt.layout, this.#felt.view);
  }

  /** Makes every picture anew, as when the graphics card has forgotten them. */
  repaint(): void {
    this.#dropWheel();
    this.#setWheel();
    this.#layFelt();
  }

  /** Draws one picture for this moment. */
  draw(): void {
    const now = this.#options.now();
    if (this.#model !== null && this.#site !== null) this.#moveWheel(this.#model, this.#site, now);
    this.#marks.animate(now, this.#options.still());
    this.#options.renderer.render(this.#stage);
  }

  /** The spot at a point of the page, or null beside the felt or behind the wheel. */
  spotAt(point: Point): string | null {
    if (this.#felt === null || this.#wheelIsForward()) return null;
    return spotAt(this.#felt.layout, fromPixels(this.#felt.view, point));
  }

  /** Where on the page a spot takes a click, or null where the felt has no such spot. */
  spotPosition(spot: string): Point | null {
    const place = this.#felt?.layout.places.get(spot);
    return place === undefined || this.#felt === null
      ? null
      : toPixels(this.#felt.view, place.anchor);
  }

  /** The felt's layout in use, or null before there is one. */
  layout(): FeltLayout | null {
    return this.#felt?.layout ?? null;
  }

  #setWheel(): void {
    const name = this.#model?.wheel;
    const resolution = this.#wheelResolution();
    if (this.#wheel?.name === name && this.#wheel?.resolution === resolution) return;
    this.#dropWheel();
    if (name === undefined || resolution === 0) return;
    const { renderer } = this.#options;
    const picture = drawWheel(renderer, name, resolution);
    const ball = drawBall(renderer, resolution);
    this.#wheel = { name, picture, ball, resolution };
    this.#wheelStand.addChild(picture.container, ball);
  }

  #dropWheel(): void {
    this.#wheel?.picture.container.destroy({ children: true });
    this.#wheel?.ball.destroy({ children: true });
    this.#wheel = null;
  }

  /** Pixels for a unit of the wheel's drawing where it is shown largest; 0 where it has no room. */
  #wheelResolution(): number {
    if (this.#site === null) return 0;
    const { wheel, felt, orientation } = this.#site;
    const largest = wheelCircle(wheel, felt, orientation === "tall" ? 1 : 0);
    return (largest.radius / WHEEL_RADIUS) * this.#options.renderer.resolution;
  }

  #layFelt(): void {
    this.#felt?.picture.destroy({ children: true });
    this.#felt = null;
    this.#chips.clear();
    if (this.#model === null || this.#site === null) return;
    const layout = feltLayoutOf(this.#model.wheel, this.#site.orientation);
    const view = feltViewIn(layout, this.#site.felt);
    const { renderer } = this.#options;
    const picture = bake(renderer, drawFelt(layout, view), renderer.resolution);
    this.#feltBed.addChild(picture);
    this.#felt = { layout, view, picture };
    this.update(this.#model);
  }

  #wheelIsForward(): boolean {
    if (this.#site?.orientation !== "tall" || this.#model === null) return false;
    return forwardness(this.#model, this.#options.now()) > 0.05;
  }

  #moveWheel(model: SceneModel, site: Site, now: number): void {
    if (this.#wheel === null) return;
    const still = this.#options.still();
    const forward = site.orientation === "tall" ? forwardness(model, now) : 0;
    const { x, y, radius } = wheelCircle(site.wheel, site.felt, forward);
    this.#wheelStand.position.set(x, y);
    this.#wheelStand.scale.set(radius / WHEEL_RADIUS);
    this.#veil.clear();
    if (forward > 0) {
      this.#veil
        .rect(0, 0, site.width, site.height)
        .fill({ color: 0x04140d, alpha: 0.72 * forward });
    }
    const time = still ? 0 : now;
    this.#wheel.picture.rotor.rotation = rotorAngle(time);
    placeBall(this.#wheel.ball, ballAt(model, { now, still }));
  }
}

function placeBall(ball: Container, place: BallPlace | null): void {
  ball.visible = place !== null;
  if (place === null) return;
  const distance = place.radius * WHEEL_RADIUS;
  ball.position.set(Math.sin(place.angle) * distance, -Math.cos(place.angle) * distance);
  ball.scale.set(1 + 0.35 * place.height);
  ball.alpha = place.alpha;
}

/** The ball for the model at this moment; without motion it is simply where it comes to lie. */
function ballAt(
  model: SceneModel,
  { now, still }: { now: number; still: boolean },
): BallPlace | null {
  const { wheel, pocket, phase, round, commitment, timings } = model;
  const time = still ? 0 : now;
  if (phase === "spinning" && pocket !== "") {
    if (still) return null;
    const lastsMs = timings.spinningMs;
    const spin = { wheel, round, pocket, commitment, endsAt: model.phaseEndsAt, lastsMs };
    return spinningBall(spin, now);
  }
  if (phase === "result" && pocket !== "") return restingBall(wheel, pocket, time);
  if (phase === "closing" || model.lastPocket === null) return null;
  return restingBall(wheel, model.lastPocket, time);
}
