/**
 * What it costs players when a process ends, killed or drained, while they play at three behind one
 * address: `takeover.ts [--runs N]`. Prints its figures as JSON, and on its standard error what must
 * not have been.
 */
// Before the SDK, which takes its socket from the global scope when it is loaded.
import "../bots/botSocket.ts";

import { monitorEventLoopDelay } from "node:perf_hooks";
import { percentilesOf } from "../bots/samples.ts";
import { flagsIn, wholeNumber } from "../command/flags.ts";
import { runTrial } from "../trials/trial.ts";
import type { Endings } from "./endings.ts";
import { endingsOf, PLAYERS, ROUND_MS } from "./endings.ts";

const MOST_RUNS = 1_000;
const LOOP_RESOLUTION_MS = 10;
const TAKEOVER_MS = 5_000;
const OUT_MS = 2_000;
/** One round, and the ten seconds that a drain may take besides. */
const DRAIN_MS = ROUND_MS + 10_000;

/** Servers and databases are sessions of their own: an exit ends them, a signal alone would not. */
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
// The SDK talks about each reconnection on the console: nobody reads that here.
Object.assign(console, { info: () => undefined, warn: () => undefined });

const { runs: asked = "50" } = flagsIn(process.argv.slice(2), { runs: { type: "string" } });
const runs = wholeNumber("--runs", asked, [1, MOST_RUNS]);
const endings: Endings = {
  takeovers: [],
  drains: [],
  outAfterKill: [],
  outAfterDrain: [],
};
const loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
loopDelay.enable();
const scale = { brief: false, players: undefined, turns: undefined, seed: 1 };
const { findings, bots } = await runTrial(endingsOf(runs, endings), scale, console.error);

const unit = "ms";
const figure = (name: string, value: number) => ({ name, value, unit });
const distribution = (name: string, times: readonly number[]) => {
  const { p50, p99, max } = percentilesOf(times);
  return [
    figure(`${name}, p50 of ${times.length}`, p50),
    figure(`${name}, p99`, p99),
    figure(`${name}, max`, max),
  ];
};
const benchmark = {
  title:
    `Ends of processes: each of three killed or drained in turn, ${runs} times either, ` +
    `with ${PLAYERS} players at six tables and rounds of ${ROUND_MS} ms`,
  figures: [
    ...distribution("takeover: from a kill to a bet at each table", endings.takeovers),
    ...distribution("rejoin: a player's time out after a kill", endings.outAfterKill),
    ...distribution("drain: from the signal to the exit", endings.drains),
    ...distribution("rejoin: a player's time out after a drain", endings.outAfterDrain),
    // The monitor tells the whole time between two of its timers.
    figure("the players' own delay, p99", loopDelay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS),
    { name: "acknowledged bets of the bots", value: bots?.bets.accepted ?? 0, unit: "" },
  ],
  bars: [
    { ...figure("takeover, p99", percentilesOf(endings.takeovers).p99), atMost: TAKEOVER_MS },
    { ...figure("drain, max", percentilesOf(endings.drains).max), atMost: DRAIN_MS },
    {
      ...figure("rejoin after a drain, p99", percentilesOf(endings.outAfterDrain).p99),
      atMost: OUT_MS,
    },
    { name: "void rounds", value: bots?.voided.length ?? 0, unit: "", atMost: 0 },
    {
      name: "findings of the audit, the ledger and the players' notes",
      value: findings.length,
      unit: "",
      atMost: 0,
    },
  ],
};
console.log(JSON.stringify(benchmark));
