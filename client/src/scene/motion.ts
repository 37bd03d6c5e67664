/**
 * Where the wheel and the ball are at a moment of the server's clock.
 *
 * Nothing here remembers anything: wheel and ball are functions of the time and of what is public
 * about the round, so that everyone sees the same picture at the same moment, and whoever joins in
 * the middle of a spin sees its middle.
 *
 * The rotor turns evenly, for ever. The spin is thought of backwards from its end, in the rotor's
 * frame, where the ball must come to rest in its pocket: before the end it hops from pocket to
 * pocket, ever shorter; before that it rolls round the bowl, ever faster the further back one looks,
 * and comes down from the rim as it slows. Angles are in radians, clockwise from the top; radii are
 * shares of the bowl's.
 */
import type { WheelName } from "@croupier/shared/core/types";
import { pocketsOf } from "@croupier/shared/core/wheel";
import { between, clamp } from "./geometry.ts";
import { variationOf } from "./variation.ts";

const TURN = 2 * Math.PI;

/** One turn of the rotor, in milliseconds; it turns against the ball. */
export const ROTOR_TURN_MS = 9_000;

/** Radii of the ball's track: on the rim, where it drops off the slope, and in a pocket. */
export const BALL_RADII = { rim: 0.9, deflectors: 0.74, pocket: 0.535 } as const;

/** What of a round decides its spin. */
export interface Spin {
  readonly wheel: WheelName;
  readonly round: number;
  readonly pocket: string;
  /** Public text that differs from round to round. */
  readonly commitment: string;
  /** Server's epoch milliseconds at which the ball rests. */
  readonly endsAt: number;
  /** The spin's length in milliseconds. */
  readonly lastsMs: number;
}

export interface BallPlace {
  /** Clockwise from the top of the picture. */
  readonly angle: number;
  readonly radius: number;
  /** 0 on the wheel to 1 at the top of a hop. */
  readonly height: number;
  /** 0 unseen to 1: the ball fades in as it is thrown. */
  readonly alpha: number;
}

/** The rotor's angle at a time; the pocket "0" stands there. */
export function rotorAngle(now: number): number {
  return -TURN * ((now % ROTOR_TURN_MS) / ROTOR_TURN_MS);
}

/** A pocket's angle on the rotor, clockwise from "0". */
export function pocketAngle(wheel: WheelName, pocket: string): number {
  const pockets = pocketsOf(wheel);
  return (TURN * Math.max(0, pockets.indexOf(pocket))) / pockets.length;
}

/** The ball lying in a pocket and riding with it. */
export function restingBall(wheel: WheelName, pocket: string, now: number): BallPlace {
  const angle = rotorAngle(now) + pocketAngle(wheel, pocket);
  return { angle, radius: BALL_RADII.pocket, height: 0, alpha: 1 };
}

/** One hop between pockets, seen from the end. */
interface Hop {
  readonly lastsMs: number;
  /** Pockets that it crosses, in the ball's direction. */
  readonly pockets: number;
  readonly height: number;
}

interface Plan {
  /** The hops, last one first. */
  readonly hops: readonly Hop[];
  readonly hopsMs: number;
  /** Time from leaving the rim to the first hop. */
  readonly dropMs: number;
  /** The ball's speed against the rotor where the hops begin and on the rim, radians a millisecond. */
  readonly slow: number;
  readonly fast: number;
  /** How quickly the speed goes from one to the other, in milliseconds. */
  readonly slowingMs: number;
}

function planOf({ wheel, round, commitment, lastsMs }: Spin): Plan {
  const vary = variationOf(`${commitment}|${round}`);
  const pocketTurn = TURN / pocketsOf(wheel).length;
  // A short spin is the same spin in a hurry.
  const pace = clamp(lastsMs / 7_000, 0.05, 1);
  const hops: Hop[] = [
    { lastsMs: between(200, 280, vary()) * pace, pockets: 1, height: 0.22 },
    { lastsMs: between(300, 420, vary()) * pace, pockets: 2, height: between(0.4, 0.6, vary()) },
    {
      lastsMs: between(430, 600, vary()) * pace,
      pockets: Math.round(between(4, 7, vary())),
      height: between(0.75, 1, vary()),
    },
  ];
  const first = hops[2] as Hop;
  return {
    hops,
    hopsMs: hops.reduce((sum, hop) => sum + hop.lastsMs, 0),
    dropMs: between(1_150, 1_500, vary()) * pace,
    slow: (first.pockets * pocketTurn) / first.lastsMs,
    fast: (TURN * between(0.95, 1.15, vary())) / (1_000 * pace),
    slowingMs: between(2_300, 2_900, vary()) * pace,
  };
}

/** Angle that the ball still has to go on the rotor, and its height, `left` ms before the end. */
function inHops(plan: Plan, pocketTurn: number, left: number): { angle: number; height: number } {
  let angle = 0;
  let remaining = left;
  for (const hop of plan.hops) {
    if (remaining <= hop.lastsMs) {
      const share = remaining / hop.lastsMs;
      const height = 4 * share * (1 - share) * hop.height;
      return { angle: angle + hop.pockets * pocketTurn * share, height };
    }
    angle += hop.pockets * pocketTurn;
    remaining -= hop.lastsMs;
  }
  return { angle, height: 0 };
}

/** The ball at `now`, from its throw at the spin's start to its rest at the spin's end. */
export function spinningBall(spin: Spin, now: number): BallPlace {
  const rest = restingBall(spin.wheel, spin.pocket, now);
  const left = spin.endsAt - now;
  if (left <= 0) return rest;
  const plan = planOf(spin);
  const pocketTurn = TURN / pocketsOf(spin.wheel).length;
  const hopping = inHops(plan, pocketTurn, Math.min(left, plan.hopsMs));
  const thrown = clamp((spin.lastsMs - left) / 220, 0, 1);
  if (left <= plan.hopsMs) {
    const radius = BALL_RADII.pocket + 0.1 * hopping.height;
    return { angle: rest.angle - hopping.angle, radius, height: hopping.height, alpha: thrown };
  }
  const rolling = left - plan.hopsMs;
  const { slow, fast, slowingMs } = plan;
  const eased = rolling - slowingMs * (1 - Math.exp(-rolling / slowingMs));
  const angle = hopping.angle + slow * rolling + (fast - slow) * eased;
  return {
    angle: rest.angle - angle,
    radius: rollingRadius(plan, rolling),
    height: 0,
    alpha: thrown,
  };
}

/** Down the slope to the deflectors, a knock, and over the rotor's edge to the pockets. */
function rollingRadius({ dropMs }: Plan, rolling: number): number {
  const { rim, deflectors, pocket } = BALL_RADII;
  if (rolling >= dropMs) return rim;
  const fallen = 1 - rolling / dropMs;
  if (fallen < 0.7) return between(rim, deflectors, (fallen / 0.7) ** 2);
  const share = (fallen - 0.7) / 0.3;
  return between(deflectors, pocket, share) + 0.05 * Math.sin(Math.PI * share);
}
