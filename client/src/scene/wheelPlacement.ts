/**
 * Where the wheel stands on the page.
 *
 * On a wide page it has a place of its own. On one held upright there is room for one thing at a
 * time: while bets are taken the wheel is small and the felt large; when the ball rolls the wheel
 * comes forward over the felt, and goes back once everyone has seen where the ball lies.
 */
import type { Phase } from "@croupier/shared/protocol/state";
import type { PhaseTimings } from "../store/model.ts";
import type { Rect } from "./geometry.ts";
import { between, centreOf, clamp } from "./geometry.ts";

/** How long coming forward or going back takes, and how long the wheel stays after the ball rests. */
const MOVE_MS = 450;
const STAY_MS = 1_700;

interface Moment {
  readonly phase: Phase;
  readonly phaseEndsAt: number;
  readonly timings: PhaseTimings;
}

/** How far the wheel has come forward at `now`: 0 in its place to 1 over the felt. */
export function forwardness({ phase, phaseEndsAt, timings }: Moment, now: number): number {
  if (phase === "spinning") {
    return eased((now - (phaseEndsAt - timings.spinningMs)) / MOVE_MS);
  }
  if (phase !== "result") return 0;
  const shown = now - (phaseEndsAt - timings.resultMs);
  const stay = Math.min(STAY_MS, timings.resultMs / 3);
  return 1 - eased((shown - stay) / MOVE_MS);
}

function eased(share: number): number {
  const bounded = clamp(share, 0, 1);
  return bounded * bounded * (3 - 2 * bounded);
}

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** The wheel's circle between its own place and the middle of the felt. */
export function wheelCircle(place: Rect, felt: Rect, forward: number): Circle {
  const [from, to] = [centreOf(place), centreOf(felt)];
  const small = Math.min(place.width, place.height) / 2;
  const large = Math.min(felt.width, felt.height) / 2;
  return {
    x: between(from.x, to.x, forward),
    y: between(from.y, to.y, forward),
    radius: between(small, Math.max(small, large * 0.98), forward),
  };
}
