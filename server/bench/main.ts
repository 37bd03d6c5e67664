/**
 * The benchmarks: ratios side by side in one run, with the absolute figures beside them and the bars
 * that the project sets itself. A missed bar is told and no failure: machines differ.
 *
 * `npm run bench` runs all of them, `npm run bench -- ledger` those that are named. The audit's
 * books have half a million transfers, or `--transfers` so many; in `takeover` 50 processes are
 * killed and as many drained, or `--runs` so many.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchAcksOverUws, benchAcksOverWs } from "./acks.ts";
import { benchAudit } from "./audit.ts";
import { benchCachedReads } from "./cachedReads.ts";
import { benchEdge } from "./edge.ts";
import type { Benchmark } from "./figures.ts";
import { isMet, linesOf } from "./figures.ts";
import { benchLedger, benchSingleBets } from "./ledger.ts";
import { benchLoad } from "./load.ts";
import { benchSettlement, benchWidestSettlement } from "./settlement.ts";
import { benchSimulator } from "./sim.ts";
import { benchSpread } from "./spread.ts";
import { benchStep } from "./step.ts";
import { benchTakeover } from "./takeover.ts";

const BENCHMARKS: Readonly<Record<string, () => Benchmark | Promise<Benchmark | null>>> = {
  step: benchStep,
  sim: benchSimulator,
  ledger: benchLedger,
  "single-bets": benchSingleBets,
  "acks-ws": benchAcksOverWs,
  "acks-uws": benchAcksOverUws,
  settlement: benchSettlement,
  "widest-settlement": benchWidestSettlement,
  audit: () => benchAudit(asked("transfers")),
  "cached-reads": benchCachedReads,
  load: benchLoad,
  spread: benchSpread,
  edge: benchEdge,
  takeover: () => benchTakeover(asked("runs")),
};

function asked(flag: "transfers" | "runs"): number {
  const count = Number(values[flag]);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new Error(`--${flag} takes a whole number above zero, not ${values[flag]}`);
}

async function runAll(names: readonly string[], file: string | undefined): Promise<void> {
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}`;
  console.log(`${machine}\n`);
  const benchmarks: Benchmark[] = [];
  for (const name of names) {
    const benchmark = await BENCHMARKS[name]?.();
    if (benchmark === undefined || benchmark === null) {
      console.log(`${name}: cannot be measured on this machine\n`);
      continue;
    }
    console.log(linesOf(benchmark));
    benchmarks.push(benchmark);
  }
  if (file === undefined) return;
  const judged = benchmarks.map(({ bars, ...rest }) => ({
    ...rest,
    bars: bars.map((bar) => ({ ...bar, met: isMet(bar) })),
  }));
  writeFileSync(file, `${JSON.stringify({ machine, benchmarks: judged }, null, 2)}\n`);
}

const known = Object.keys(BENCHMARKS);
const { values, positionals } = parseArgs({
  options: {
    json: { type: "string" },
    transfers: { type: "string", default: "500000" },
    runs: { type: "string", default: "50" },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there is ${known.join(", ")}.`);
  process.exitCode = 2;
} else {
  await runAll(positionals.length > 0 ? positionals : known, values.json);
}
