/** Runs the simulator on code with mistakes in it: each has to be caught. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EndedBy } from "./run.ts";

const REGISTER = fileURLToPath(new URL("../mutants/register.mjs", import.meta.url));
const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const MOST_OUTPUT = 1 << 20;
/** Most mistakes are caught in the first houses; some show only where two rare kinds of them meet. */
export const MUTANT_ROUNDS = 10_000;
/** A mistake may keep the simulator from ever coming to an end. */
const MOST_MS = 100_000;

export interface MutantRun {
  readonly name: string;
  /** What caught it; null where nothing did. */
  readonly by: EndedBy | null;
  /** What the simulator complained of; empty where it found nothing. */
  readonly complaint: string;
}

/** Runs the simulator for `rounds` rounds with the mutant `name` in a process of its own. */
export function runMutant(name: string, rounds: number): Promise<MutantRun> {
  const { promise, resolve, reject } = Promise.withResolvers<MutantRun>();
  const args = ["--import", REGISTER, MAIN, "--rounds", String(rounds)];
  const options = {
    env: { ...process.env, MUTANT: name },
    maxBuffer: MOST_OUTPUT,
    timeout: MOST_MS,
  };
  execFile(process.execPath, args, options, (error, stdout, stderr) => {
    const [complaint = "", by] = /^seed \d+, by (\w+): .*$/m.exec(stdout) ?? [];
    if (error === null) resolve({ name, by: null, complaint });
    else if (error.killed === true) resolve({ name, by: null, complaint: "it does not end" });
    // A mutant that does not fit the code, or does not run at all, shows nothing.
    else if (complaint === "") reject(new Error(`mutant ${name}: ${stderr || stdout}`));
    else resolve({ name, by: by as EndedBy, complaint });
  });
  return promise;
}
