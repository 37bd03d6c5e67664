/** Chance for jitter; nothing that a game depends on. */
import { randomInt } from "node:crypto";

const STEPS = 2 ** 32;

/** Uniform in 0…1, without 1. */
export function uniform(): number {
  return randomInt(STEPS) / STEPS;
}
