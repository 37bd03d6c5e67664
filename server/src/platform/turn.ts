import { setImmediate as immediate } from "node:timers/promises";

/** Lets everything else that is due run; for long computations. */
export function nextTurn(): Promise<void> {
  return immediate();
}
