/** The name of the spot under the pointer, what it pays, and whose chips lie on it. */
import { layoutOf } from "@croupier/shared/core/spots";
import type { Point } from "../scene/geometry.ts";
import { clamp } from "../scene/geometry.ts";
import { spotName } from "../scene/spotNames.ts";
import { formatChips } from "../store/format.ts";
import type { AppState } from "../store/model.ts";
import { othersChips, ownChips, wheelOf } from "../store/selectors.ts";
import type { Part } from "./dom.ts";
import { element, setShown, setText } from "./dom.ts";

/** Room kept to the page's edges and above the spot, in pixels; a finger is thicker than an arrow. */
const MARGIN = 8;
const ABOVE = 34;
const ABOVE_FINGER = 62;

/** The label's words: `Split 17/20 · pays 17 to 1 · limit 50 · yours 25 · others 10`. */
export function spotWords(state: AppState, spotId: string): string {
  const spot = state.table && layoutOf(wheelOf(state.table.wheel)).find(spotId);
  if (!spot) return "";
  const limit = state.seat?.limits.max[spot.kind];
  const own = ownChips(state).get(spotId) ?? 0;
  const others = othersChips(state).get(spotId) ?? 0;
  return [
    spotName(spot),
    `pays ${spot.paysToOne} to 1`,
    ...(limit === undefined ? [] : [`limit ${formatChips(limit)}`]),
    ...(own === 0 ? [] : [`yours ${formatChips(own)}`]),
    ...(others === 0 ? [] : [`others ${formatChips(others)}`]),
  ].join(" · ");
}

/** @param positionOf where on the page a spot lies */
export function createSpotLabel(positionOf: (spot: string) => Point | null): Part<AppState> {
  const root = element("p", { id: "spot-label", attributes: { "aria-live": "polite" } });
  const coarse = matchMedia("(pointer: coarse)");
  return {
    root,
    render: (state) => {
      const { hoveredSpot } = state;
      const at = hoveredSpot === null ? null : positionOf(hoveredSpot);
      setText(root, hoveredSpot === null ? "" : spotWords(state, hoveredSpot));
      setShown(root, at !== null && root.textContent !== "");
      if (at === null || root.hidden) return;
      const half = root.offsetWidth / 2 + MARGIN;
      const x = clamp(at.x, half, innerWidth - half);
      const y = Math.max(MARGIN, at.y - (coarse.matches ? ABOVE_FINGER : ABOVE));
      root.style.transform = `translate(${Math.round(x - root.offsetWidth / 2)}px, ${Math.round(y - root.offsetHeight / 2)}px)`;
    },
  };
}
