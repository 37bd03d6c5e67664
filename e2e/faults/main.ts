/**
 * `npm run faults`: real servers and a real Postgres, ended at the worst moments under a crowd of
 * bots whose notes are then held against the books. With `--processes 3` a whole cluster.
 *
 * Exit code 0 where everything held (or every broken build was caught), 1 where not, 2 for flags that
 * cannot be used.
 */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { UsageError } from "../command/flags.ts";
import type { Hunt } from "./hunt.ts";
import { hunt, linesOfHunt } from "./hunt.ts";
import type { FaultsOptions } from "./options.ts";
import { readOptions, usage } from "./options.ts";
import { linesOf } from "./report.ts";
import type { Outcome } from "./run.ts";
import { runSuites } from "./run.ts";
import { BROKEN_BUILDS, SUITES } from "./suites.ts";

/** Killed at random moments in a brief form. */
const BRIEF_KILLS = 6;

const say = (line: string): void => console.log(line);

/** The real build: nothing must be found. Brief suites share a stage; long ones have their own. */
async function inflict(options: FaultsOptions): Promise<boolean> {
  const { only, brief, kills, seed, players, processes, json } = options;
  const chosen = SUITES.filter(({ name }) => only.length === 0 || only.includes(name));
  const scale = { brief, kills: brief ? Math.min(kills, BRIEF_KILLS) : kills };
  const outcomes: Outcome[] = [];
  for (const suites of brief ? [chosen] : chosen.map((suite) => [suite])) {
    const [load = 0] = loadavg();
    say(
      `${processes} processes, ${players} bots, seed ${seed}, load of the machine ${load.toFixed(1)}`,
    );
    const on = { seed, players, processes, mutants: [], say };
    const outcome = await runSuites(suites, scale, on);
    outcomes.push(outcome);
    for (const line of linesOf(outcome)) say(line);
  }
  const ok = outcomes.every(({ findings }) => findings.length === 0);
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ ok, seed, players, processes, outcomes }, null, 2)}\n`);
  }
  return ok;
}

/** Every suite on builds that are broken in what it guards: their very mistakes must be found. */
async function inflictOnBroken(options: FaultsOptions): Promise<boolean> {
  const { only, seed, players, processes, json } = options;
  const builds: Hunt[] = [];
  const scale = { brief: true, kills: BRIEF_KILLS };
  for (const build of BROKEN_BUILDS) {
    if (only.length > 0 && !only.includes(build.suite.name)) continue;
    const became = await hunt(build, scale, { seed, players, processes, say: () => undefined });
    builds.push(became);
    for (const line of linesOfHunt(became)) say(line);
  }
  const ok = builds.every(({ caughtBy }) => caughtBy !== null);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ok, builds }, null, 2)}\n`);
  return ok;
}

// Servers and databases are sessions of their own: an exit ends them, a signal alone would not.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

try {
  const options = readOptions(process.argv.slice(2), SUITES);
  if (options === null) {
    say(usage(SUITES));
  } else {
    const ok = await (options.broken ? inflictOnBroken : inflict)(options);
    process.exitCode = ok ? 0 : 1;
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage(SUITES)}`);
  process.exitCode = 2;
}
