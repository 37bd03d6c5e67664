/** Who runs the tables of a stage: one process, or several behind one address. */
import type { LoneHouse } from "./loneHouse.ts";
import type { SharedHouse } from "./sharedHouse.ts";

export type House = LoneHouse | SharedHouse;

const ANSWER_MS = 2_000;

/** True where a process is there and says that it can take players. */
export async function isReady(processUrl: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${processUrl}/ready`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return ok;
  } catch {
    // Not an error: nobody is there.
    return false;
  }
}
