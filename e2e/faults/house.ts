/** Who runs the tables of a stage: one process, or several behind one address. */
import type { LoneHouse } from "./loneHouse.ts";
import type { SharedHouse } from "./sharedHouse.ts";

export type House = LoneHouse | SharedHouse;

export interface HouseOptions {
  readonly databaseUrl: string;
  /** `TABLES` of the server. */
  readonly tables: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Mistakes to be put into the program, by their names in `server/mutants`. */
  readonly mutants: readonly string[];
}

/** What is different from the next start on. */
export interface Changes {
  /** Put in for one life only, beside those of the run. */
  readonly mutants?: readonly string[];
  readonly tables?: string;
  readonly databaseUrl?: string;
}

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
