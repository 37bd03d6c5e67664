/** What the scene has to show, taken from the client's model. Pure. */
import { layoutOf } from "@croupier/shared/core/spots";
import type { WheelName } from "@croupier/shared/core/types";
import type { Phase } from "@croupier/shared/protocol/state";
import type { AppState, Chipset, PhaseTimings } from "../store/model.ts";
import type { Ghosts } from "../store/selectors.ts";
import {
  ghostsOf,
  othersChips,
  ownChips,
  seatColours,
  shownPocket,
  wheelOf,
  winningSpots,
} from "../store/selectors.ts";

export interface SceneModel {
  readonly wheel: WheelName;
  readonly phase: Phase;
  readonly round: number;
  readonly phaseEndsAt: number;
  readonly commitment: string;
  /** The pocket of the running spin or shown result; empty in other phases. */
  readonly pocket: string;
  /** The pocket that the ball lies in between the rounds, or null before the first. */
  readonly lastPocket: string | null;
  readonly timings: PhaseTimings;
  readonly own: Chipset;
  readonly ghosts: Ghosts;
  readonly others: Chipset;
  readonly colours: ReadonlyMap<string, readonly number[]>;
  /** The pocket marked on the felt. */
  readonly marked: string | null;
  readonly winning: ReadonlySet<string>;
  readonly hovered: string | null;
  /** The numbers that the hovered spot covers. */
  readonly covered: readonly string[];
}

/** Taken where the house does not tell how long its phases last. */
export const USUAL_TIMINGS: PhaseTimings = {
  bettingMs: 20_000,
  closingMs: 1_500,
  spinningMs: 8_000,
  resultMs: 5_000,
};

/** The scene of the table that the player sits at, or null where there is none yet. */
export function sceneModelOf(state: AppState): SceneModel | null {
  const { table, hoveredSpot } = state;
  if (table === null) return null;
  const wheel = wheelOf(table.wheel);
  const rolls = table.phase === "spinning" || table.phase === "result";
  return {
    wheel,
    phase: table.phase,
    round: table.round,
    phaseEndsAt: table.phaseEndsAt,
    commitment: table.commitment,
    pocket: rolls ? table.pocket : "",
    lastPocket: table.lastPockets[0] ?? null,
    timings: state.timings ?? USUAL_TIMINGS,
    own: ownChips(state),
    ghosts: ghostsOf(state),
    others: othersChips(state),
    colours: seatColours(state),
    marked: shownPocket(table),
    winning: winningSpots(table),
    hovered: hoveredSpot,
    covered: hoveredSpot === null ? [] : (layoutOf(wheel).find(hoveredSpot)?.covers ?? []),
  };
}
