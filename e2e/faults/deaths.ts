/** Deaths at crash points: that they come, and by nothing else. */
import type { Exit } from "../src/testing/processes.ts";
import type { Slot } from "./slot.ts";
import type { Stage } from "./stage.ts";
import { inTime } from "./wait.ts";

/** Within this each point is come to. */
const DIES_MS = 20_000;

/** What is to die: a house's subject, one of its processes, or any of some. */
export interface Dies {
  ended(): Promise<Exit>;
  arm(armed: boolean): Promise<void> | void;
  forgive(): void;
}

/** Waits for the death of `dying` at the point, and checks that it was that. */
export async function expectDeath(
  { house, notes }: Stage,
  row: string,
  dying: Dies = house,
): Promise<void> {
  const { code, signal } = await inTime(`the end at ${row}`, dying.ended(), DIES_MS);
  await dying.arm(false);
  if (signal !== "SIGKILL") {
    notes.finding(`at ${row} the server ended with ${code ?? signal}, not by the crash point`);
  }
  dying.forgive();
  notes.inflicted(`crash at ${row}`);
}

/** The first of some processes to end; the others live on. */
export function whoeverOf(slots: readonly Slot[]): Dies {
  return {
    ended: () => Promise.race(slots.map((slot) => slot.ended())),
    arm(armed) {
      for (const slot of slots) slot.arm(armed);
    },
    forgive() {
      for (const slot of slots) slot.forgive();
    },
  };
}
