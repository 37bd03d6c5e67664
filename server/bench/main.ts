/**
 * The benchmarks: ratios side by side in one run, with the absolute figures beside them and the bars
 * that the project sets itself. A missed bar is told and no failure: machines differ.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import type { Benchmark } from "./figures.ts";
import { isMet, linesOf } from "./figures.ts";
import { benchLedger } from "./ledger.ts";
import { benchLoad } from "./load.ts";
import { benchStep } from "./step.ts";

const { json } = parseArgs({ options: { json: { type: "string" } } }).values;
const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}`;
console.log(`${machine}\n`);

const benchmarks: Benchmark[] = [];
for (const bench of [benchStep, benchLedger, benchLoad]) {
  const benchmark = await bench();
  console.log(linesOf(benchmark));
  benchmarks.push(benchmark);
}

if (json !== undefined) {
  const judged = benchmarks.map(({ bars, ...rest }) => ({
    ...rest,
    bars: bars.map((bar) => ({ ...bar, met: isMet(bar) })),
  }));
  writeFileSync(json, `${JSON.stringify({ machine, benchmarks: judged }, null, 2)}\n`);
}
