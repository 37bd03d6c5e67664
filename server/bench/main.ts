/**
 * The benchmarks: ratios side by side in one run, with the absolute figures beside them and the bars
 * that the project sets itself. Exits 1 where a bar is missed, 2 for flags that cannot be used; a
 * busy machine misses bars that it would meet alone.
 *
 * `npm run bench` runs all of them, `npm run bench -- ledger` those that are named. The audit's
 * books have half a million transfers, or `--transfers` so many; in `takeover` 50 processes are
 * killed and as many drained, or `--runs` so many.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchAcks } from "./acks.ts";
import { benchAudit } from "./audit.ts";
import { benchCachedReads } from "./cachedReads.ts";
import { benchEdge } from "./edge.ts";
import type { Benchmark } from "./figures.ts";
import { isMet, linesOf, verdictOf } from "./figures.ts";
import { benchLedger, benchSingleBets } from "./ledger.ts";
import { benchLoad } from "./load.ts";
import { closeAllOnSignals } from "./openThings.ts";
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
  "acks-ws": () => benchAcks({ transport: "ws", files: "disk" }),
  "acks-uws": () => benchAcks({ transport: "uws", files: "disk" }),
  "acks-ws-in-memory": () => benchAcks({ transport: "ws", files: "memory" }),
  "acks-uws-in-memory": () => benchAcks({ transport: "uws", files: "memory" }),
  settlement: benchSettlement,
  "widest-settlement": benchWidestSettlement,
  audit: () => benchAudit(Number(flags.transfers)),
  "cached-reads": benchCachedReads,
  load: benchLoad,
  spread: benchSpread,
  edge: benchEdge,
  takeover: () => benchTakeover(Number(flags.runs)),
};

/** Answers the exit code. */
async function runAll(names: readonly string[], file: string | undefined): Promise<number> {
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
  const { line, code } = verdictOf(benchmarks);
  console.log(line);
  if (file === undefined) return code;
  const judged = benchmarks.map(({ bars, ...rest }) => ({
    ...rest,
    bars: bars.map((bar) => ({ ...bar, met: isMet(bar) })),
  }));
  writeFileSync(file, `${JSON.stringify({ machine, benchmarks: judged }, null, 2)}\n`);
  return code;
}

/** What was asked for; ends with what is allowed where that cannot be. */
function readFlags() {
  const known = Object.keys(BENCHMARKS);
  try {
    const { values, positionals } = parseArgs({
      options: {
        json: { type: "string" },
        transfers: { type: "string", default: "500000" },
        runs: { type: "string", default: "50" },
      },
      allowPositionals: true,
    });
    const unknown = positionals.filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(", ")}.`);
    for (const flag of ["transfers", "runs"] as const) {
      if (/^[1-9]\d{0,8}$/.test(values[flag])) continue;
      throw new Error(`--${flag} takes a whole number above zero, not "${values[flag]}".`);
    }
    return { ...values, names: positionals.length > 0 ? positionals : known };
  } catch (error) {
    console.error(
      `${(error as Error).message}\n\n` +
        "npm run bench [-- NAME …] [--json FILE] [--transfers N] [--runs N]\n\n" +
        `There is ${known.join(", ")}.`,
    );
    process.exit(2);
  }
}

const flags = readFlags();
closeAllOnSignals();
process.exitCode = await runAll(flags.names, flags.json);
