/**
 * `npm run trials`: a whole cluster on this machine, and what may happen to one, under bots whose
 * notes are then held against the books.
 *
 * Exit code 0 where everything held, 1 where not, 2 for flags that cannot be used.
 */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { UsageError } from "../command/flags.ts";
import { readTrialFlags, trialUsage } from "./options.ts";
import { linesOf } from "./report.ts";
import type { Outcome } from "./trial.ts";
import { runTrial } from "./trial.ts";
import { TRIALS } from "./trials.ts";

const say = (line: string): void => console.log(line);

async function run({ only, json, ...scale }: NonNullable<ReturnType<typeof readTrialFlags>>) {
  const outcomes: Outcome[] = [];
  for (const trial of TRIALS) {
    if (only.length > 0 && !only.includes(trial.name)) continue;
    const [load = 0] = loadavg();
    say(`${trial.name}: ${trial.does} (load of the machine before it: ${load.toFixed(1)})`);
    const outcome = await runTrial(trial, scale, say);
    outcomes.push(outcome);
    for (const line of linesOf(outcome)) say(line);
  }
  const ok = outcomes.every(({ findings }) => findings.length === 0);
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ ok, seed: scale.seed, outcomes }, null, 2)}\n`);
  }
  process.exitCode = ok ? 0 : 1;
}

// Servers and databases are sessions of their own: an exit ends them, a signal alone would not.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

try {
  const flags = readTrialFlags(process.argv.slice(2), TRIALS);
  if (flags === null) say(trialUsage(TRIALS));
  else await run(flags);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${trialUsage(TRIALS)}`);
  process.exitCode = 2;
}
