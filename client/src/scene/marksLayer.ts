/** What lights up on the felt: the spot under the pointer, the winning fields, the croupier's dolly. */
import { Container, Graphics } from "pixi.js";
import type { FeltLayout } from "./feltLayout.ts";
import type { FeltView } from "./feltView.ts";
import { rectToPixels, toPixels } from "./feltView.ts";
import { PALETTE } from "./palette.ts";
import type { SceneModel } from "./sceneModel.ts";

const PULSE_MS = 1_100;

export class MarksLayer {
  /** Below the chips. */
  readonly lights = new Container();
  /** Above the chips. */
  readonly dolly = new Graphics();
  readonly #hover = new Graphics();
  readonly #wins = new Graphics();

  constructor() {
    this.lights.addChild(this.#wins, this.#hover);
  }

  update(model: SceneModel, layout: FeltLayout, view: FeltView): void {
    this.#drawHover(model, layout, view);
    this.#drawWins(model, layout, view);
    this.#drawDolly(model, layout, view);
  }

  /** Lets the winning fields breathe; they stay lit evenly where motion is unwelcome. */
  animate(now: number, still: boolean): void {
    this.#wins.alpha = still ? 1 : 0.75 + 0.25 * Math.sin((2 * Math.PI * now) / PULSE_MS);
  }

  #drawHover({ hovered, covered }: SceneModel, layout: FeltLayout, view: FeltView): void {
    const hover = this.#hover.clear();
    const place = hovered === null ? undefined : layout.places.get(hovered);
    if (place === undefined) return;
    const lit = new Set(covered.map((pocket) => `straight:${pocket}`).concat(place.spot.id));
    for (const { spot, rect } of layout.cells) {
      if (!lit.has(spot)) continue;
      const { x, y, width, height } = rectToPixels(view, rect);
      hover.rect(x + 1, y + 1, width - 2, height - 2).fill({ color: 0xffffff, alpha: 0.2 });
      hover.rect(x + 1, y + 1, width - 2, height - 2);
      hover.stroke({ color: PALETTE.goldPale, width: 2, alpha: 0.9 });
    }
    if (!place.onLine) return;
    const { x, y } = toPixels(view, place.anchor);
    hover.circle(x, y, 6).fill(PALETTE.goldPale).stroke({ color: PALETTE.goldDeep, width: 2 });
  }

  #drawWins({ winning }: SceneModel, layout: FeltLayout, view: FeltView): void {
    const wins = this.#wins.clear();
    for (const { spot, rect } of layout.cells) {
      if (!winning.has(spot)) continue;
      const { x, y, width, height } = rectToPixels(view, rect);
      const alpha = spot.startsWith("straight:") ? 0.5 : 0.28;
      wins.rect(x + 2, y + 2, width - 4, height - 4).fill({ color: PALETTE.gold, alpha });
      wins.rect(x + 2, y + 2, width - 4, height - 4).stroke({ color: PALETTE.goldPale, width: 3 });
    }
  }

  /** The marker that a croupier sets on the winning number. */
  #drawDolly({ marked }: SceneModel, layout: FeltLayout, view: FeltView): void {
    const dolly = this.dolly.clear();
    const place = marked === null ? undefined : layout.places.get(`straight:${marked}`);
    if (place === undefined) return;
    const cell = rectToPixels(view, place.hit);
    const size = Math.min(cell.width, cell.height) * 0.17;
    dolly.position.set(cell.x + cell.width - size * 1.7, cell.y + size * 2.5);
    dolly.ellipse(0, 0, size * 1.1, size * 0.5).fill({ color: PALETTE.shadow, alpha: 0.5 });
    dolly.roundRect(-size, -size * 0.5, size * 2, size * 0.5, size * 0.2);
    dolly.fill(PALETTE.gold).stroke({ color: PALETTE.goldDeep, width: 1 });
    dolly.poly([
      -size * 0.62,
      -size * 0.5,
      size * 0.62,
      -size * 0.5,
      size * 0.24,
      -size * 1.5,
      -size * 0.24,
      -size * 1.5,
    ]);
    dolly.fill(PALETTE.gold).stroke({ color: PALETTE.goldDeep, width: 1 });
    dolly.circle(0, -size * 1.75, size * 0.45).fill(PALETTE.goldPale);
    dolly.stroke({ color: PALETTE.goldDeep, width: 1 });
  }
}
