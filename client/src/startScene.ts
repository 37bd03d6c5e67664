/** Brings page and picture to life: one frame at a time, both from the same model. */
import { localNow, soon } from "./net/browser.ts";
import type { Page } from "./overlay/page.ts";
import { createPace } from "./scene/pace.ts";
import { createRenderer } from "./scene/pixi.ts";
import { Scene } from "./scene/scene.ts";
import { sceneModelOf } from "./scene/sceneModel.ts";
import type { AppState } from "./store/model.ts";
import type { Store } from "./store/store.ts";

export interface Picture {
  /** Null until the renderer is ready, and where the browser has none. */
  readonly scene: () => Scene | null;
  /** Begins to draw, with the page's frames and in the room that it leaves. */
  readonly follow: (page: Page) => void;
}

/** @param now server's epoch milliseconds */
export function startScene(store: Store, now: () => number): Picture {
  let scene: Scene | null = null;
  let drawn: AppState | null = null;

  const open = async (page: Page): Promise<void> => {
    const canvas = document.createElement("canvas");
    canvas.id = "scene";
    canvas.setAttribute("aria-hidden", "true");
    document.body.prepend(canvas);
    const less = matchMedia("(prefers-reduced-motion: reduce)");
    const renderer = await createRenderer(canvas);
    scene = new Scene({ renderer, now, still: () => less.matches });
    scene.resize(page.site());
    scene.update(sceneModelOf(store.state()));
    // Phones take the graphics card away from pages in the background.
    canvas.addEventListener("webglcontextrestored", () => scene?.repaint());
    page.onResize(() => scene?.resize(page.site()));
    // The label of a spot could not be placed before there was a picture.
    drawn = null;
  };

  const follow = (page: Page): void => {
    const pace = createPace();
    const frame = (): void => {
      const state = store.state();
      if (state !== drawn) {
        drawn = state;
        scene?.update(sceneModelOf(state));
        page.render(state);
      }
      page.tick();
      const rolling = state.table?.phase === "spinning";
      if (state.table !== null && pace.draws(localNow(), rolling)) scene?.draw();
      soon(frame);
    };
    soon(frame);
    open(page).catch(() => {
      const text = "This browser cannot draw the table: it has no WebGL.";
      store.dispatch({ type: "noticed", tone: "error", text });
    });
  };

  return { scene: () => scene, follow };
}
