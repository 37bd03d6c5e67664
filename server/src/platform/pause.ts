import type { Clock } from "./clock.ts";

/** Resolves when so much time has passed by `clock`. */
export function pause(clock: Clock, pauseMs: number): Promise<void> {
  return new Promise((resolve) => clock.at(clock.now() + pauseMs, resolve));
}
