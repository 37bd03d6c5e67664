/** What the end of a process costs the players of a cluster; see the program that measures it. */
import type { Benchmark } from "./figures.ts";
import { jsonOf } from "./program.ts";

/** `runs`: how often a process is killed, and how often one is drained. */
export async function benchTakeover(runs: number): Promise<Benchmark> {
  const args = ["--runs", `${runs}`];
  return (await jsonOf({ file: "e2e/bench/takeover.ts", args })) as Benchmark;
}
