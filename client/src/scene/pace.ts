/**
 * How often to draw. A machine that keeps up draws every frame. One that does not (no graphics card,
 * an old phone) draws every frame only while the ball rolls, and otherwise leaves most of its time to
 * the page, so that a click is answered at once.
 */

/** A frame that comes later than this, on average, was delayed by drawing. */
const SLOW_FRAME_MS = 25;
/** How fast the average follows: a share of each new frame. */
const FOLLOW = 0.06;
/** A slow machine's pictures are this far apart between the spins. */
const UNHURRIED_MS = 66;

export interface Pace {
  /** Whether to draw in the frame at `at` (milliseconds); to be asked once a frame. */
  readonly draws: (at: number, rolling: boolean) => boolean;
}

export function createPace(): Pace {
  let average = 0;
  let lastFrame: number | null = null;
  let lastDrawn = Number.NEGATIVE_INFINITY;
  return {
    draws: (at, rolling) => {
      // Only the time that a drawn frame took says anything; a page that was hidden says nothing.
      const took = lastFrame === null ? 0 : at - lastFrame;
      if (lastDrawn === lastFrame && took < 1_000) average += (took - average) * FOLLOW;
      lastFrame = at;
      if (!rolling && average > SLOW_FRAME_MS && at - lastDrawn < UNHURRIED_MS) return false;
      lastDrawn = at;
      return true;
    },
  };
}
