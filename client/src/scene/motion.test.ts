import { WHEELS } from "@croupier/shared/core/types";
import { pocketsOf } from "@croupier/shared/core/wheel";
import { describe, expect, it } from "vitest";
import type { Spin } from "./motion.ts";
import {
  BALL_RADII,
  pocketAngle,
  ROTOR_TURN_MS,
  restingBall,
  rotorAngle,
  spinningBall,
} from "./motion.ts";

const TURN = 2 * Math.PI;
const SPIN: Spin = {
  wheel: "european",
  round: 41,
  pocket: "17",
  commitment: "4be1",
  endsAt: 1_795_000_000_000,
  lastsMs: 8_000,
};

/** The smaller angle between two directions. */
function apart(left: number, right: number): number {
  const turned = (((left - right) % TURN) + TURN) % TURN;
  return Math.min(turned, TURN - turned);
}

describe("the rotor", () => {
  it("turns evenly and never jumps", () => {
    const step = (TURN * 16) / ROTOR_TURN_MS;
    for (let now = SPIN.endsAt; now < SPIN.endsAt + 2 * ROTOR_TURN_MS; now += 16) {
      expect(apart(rotorAngle(now), rotorAngle(now + 16))).toBeCloseTo(step, 6);
    }
  });
});

describe("the ball", () => {
  it.each(WHEELS.flatMap((wheel) => pocketsOf(wheel).map((pocket) => ({ wheel, pocket }))))(
    "rests in $pocket of the $wheel wheel at the spin's end",
    ({ wheel, pocket }) => {
      const spin = { ...SPIN, wheel, pocket };
      const ball = spinningBall(spin, spin.endsAt);
      const place = rotorAngle(spin.endsAt) + pocketAngle(wheel, pocket);
      expect(apart(ball.angle, place)).toBeLessThan(1e-9);
      expect(ball.radius).toBe(BALL_RADII.pocket);
      expect(ball.height).toBe(0);
    },
  );

  it("is where it is by the time alone: joining in the middle shows the middle", () => {
    const middle = SPIN.endsAt - 3_000;
    const seenFromTheStart = [8_000, 5_000, 3_000].map((left) =>
      spinningBall(SPIN, SPIN.endsAt - left),
    );
    expect(spinningBall({ ...SPIN }, middle)).toEqual(seenFromTheStart[2]);
  });

  it.each([8_000, 3_000, 900, 50])("moves without a jump in a spin of %i ms", (lastsMs) => {
    const spin = { ...SPIN, lastsMs };
    const step = lastsMs / 2_000;
    for (let left = lastsMs; left > 0; left -= step) {
      const here = spinningBall(spin, spin.endsAt - left);
      const next = spinningBall(spin, spin.endsAt - left + step);
      expect(apart(next.angle, here.angle)).toBeLessThan(0.12);
      expect(Math.abs(next.radius - here.radius)).toBeLessThan(0.02);
    }
  });

  it("runs against the rotor, never backwards on it, and slows down", () => {
    const onRotor = (now: number) => spinningBall(SPIN, now).angle - rotorAngle(now);
    const speeds: number[] = [];
    for (let left = 7_900; left > 1_800; left -= 100) {
      const way = onRotor(SPIN.endsAt - left + 10) - onRotor(SPIN.endsAt - left);
      const forward = ((way % TURN) + TURN) % TURN;
      expect(forward).toBeLessThan(Math.PI);
      speeds.push(forward);
    }
    const slower = speeds.every((speed, index) => speed <= (speeds[index - 1] ?? speed) + 1e-9);
    expect(slower).toBe(true);
  });

  it("is thrown onto the rim and fades in there", () => {
    const start = spinningBall(SPIN, SPIN.endsAt - SPIN.lastsMs);
    expect(start).toMatchObject({ radius: BALL_RADII.rim, alpha: 0 });
    expect(spinningBall(SPIN, SPIN.endsAt - SPIN.lastsMs + 300).alpha).toBe(1);
  });

  it("stays in its pocket after the end", () => {
    const later = SPIN.endsAt + 2_500;
    expect(spinningBall(SPIN, later)).toEqual(restingBall("european", "17", later));
  });

  it("spins differently from round to round", () => {
    const at = SPIN.endsAt - 2_000;
    const one = spinningBall(SPIN, at).angle;
    const other = spinningBall({ ...SPIN, round: 42 }, at).angle;
    expect(apart(one, other)).toBeGreaterThan(1e-3);
  });
});
