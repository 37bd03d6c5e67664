/** How many rounds a second the simulator plays, on one core, with its auditor looking at each event. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Benchmark } from "./figures.ts";

const SIMULATOR = fileURLToPath(new URL("../sim/main.ts", import.meta.url));
const ROUNDS = 20_000;
const RATE = /^(\d+) rounds a second$/m;
const MOST_OUTPUT = 1024 * 1024;

/** Runs the simulator as its command does; it is one thread. */
export async function benchSimulator(): Promise<Benchmark> {
  const args = ["--disable-warning=ExperimentalWarning", SIMULATOR, "--rounds", String(ROUNDS)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: MOST_OUTPUT });
  const rate = RATE.exec(stdout)?.[1];
  if (rate === undefined) throw new Error(`the simulator told no rate:\n${stdout.slice(-1_000)}`);
  return {
    title: `The simulator: ${ROUNDS} rounds with faults`,
    figures: [],
    bars: [{ name: "rounds", value: Number(rate), unit: "rounds/s", atLeast: 2_000 }],
  };
}
