/**
 * Pointer and keyboard on the felt.
 *
 * A mouse shows the spot beneath it and places at a click. A finger covers what it touches, so it
 * shows the spot while it rests and may still move, and places when it is lifted. The arrow keys walk
 * from spot to spot.
 */
import type { Direction } from "../scene/feltHit.ts";
import { nextSpot } from "../scene/feltHit.ts";
import type { Scene } from "../scene/scene.ts";
import type { Store } from "../store/store.ts";
import { element } from "./dom.ts";

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** Where the keyboard begins. */
const FIRST_SPOT = "straight:17";

export interface FeltInputPort {
  readonly store: Store;
  /** Null until there is a picture. */
  readonly scene: () => Scene | null;
  readonly place: (spot: string) => void;
}

/** The felt's room on the page, which takes the bets. */
export function createFeltInput(port: FeltInputPort): HTMLElement {
  const root = element("div", {
    id: "felt",
    attributes: {
      tabindex: "0",
      role: "application",
      "aria-label": "Betting felt. Arrow keys choose a spot, Enter places the selected chip.",
      "aria-describedby": "spot-label",
    },
  });
  const hover = (spot: string | null) => port.store.dispatch({ type: "spot-hovered", spot });
  const spotUnder = ({ clientX, clientY }: PointerEvent): string | null =>
    port.scene()?.spotAt({ x: clientX, y: clientY }) ?? null;

  root.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    root.setPointerCapture(event.pointerId);
    hover(spotUnder(event));
  });
  root.addEventListener("pointermove", (event) => {
    if (event.isPrimary) hover(spotUnder(event));
  });
  root.addEventListener("pointerup", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    const spot = spotUnder(event);
    if (spot !== null) port.place(spot);
    if (event.pointerType !== "mouse") hover(null);
  });
  for (const type of ["pointerleave", "pointercancel", "blur"]) {
    root.addEventListener(type, () => hover(null));
  }
  root.addEventListener("keydown", (event) => onKey(event, port, hover));
  return root;
}

function onKey(
  event: KeyboardEvent,
  { store, scene, place }: FeltInputPort,
  hover: (spot: string) => void,
): void {
  const layout = scene()?.layout() ?? null;
  const direction = ARROWS[event.key];
  const { hoveredSpot } = store.state();
  if (layout !== null && direction !== undefined) {
    hover(hoveredSpot === null ? FIRST_SPOT : nextSpot(layout, hoveredSpot, direction));
  } else if (hoveredSpot !== null && (event.key === "Enter" || event.key === " ")) {
    place(hoveredSpot);
  } else {
    return;
  }
  event.preventDefault();
}
