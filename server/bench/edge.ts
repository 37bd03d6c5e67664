/** What the proxy before the processes costs; see the program that measures it. */
import type { Benchmark } from "./figures.ts";
import { jsonOf } from "./program.ts";

export async function benchEdge(): Promise<Benchmark> {
  return (await jsonOf({ file: "e2e/bench/edge.ts", args: [] })) as Benchmark;
}
