/**
 * One process after the other ends under a crowd, killed or asked to, and comes back: how long that
 * takes, and how long the players of its tables are out.
 */
import { setTimeout as pause } from "node:timers/promises";
import { tablesOf } from "../cluster/holders.ts";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import { Prober } from "../faults/prober.ts";
import { OverdueError } from "../faults/wait.ts";
import type { Stage } from "../trials/stage.ts";
import { until } from "../trials/stage.ts";
import type { Trial } from "../trials/trial.ts";
import { Watchers } from "./watchers.ts";

const TABLES = 6;
/** Those of the crowd, who bet. */
const BOTS = 30;
const WATCHERS_AT_A_TABLE = 5;
export const PLAYERS = BOTS + TABLES * WATCHERS_AT_A_TABLE;
const TIMINGS = { bettingMs: 1_000, closingMs: 150, spinningMs: 200, resultMs: 150 };
export const ROUND_MS = Object.values(TIMINGS).reduce((sum, phaseMs) => sum + phaseMs);
/** Whoever is out for longer is not waited for. */
const MOST_MS = 30_000;

/** Everything in milliseconds, one of a kind for each thing that happened. */
export interface Endings {
  /** From `kill -9` to the first bet that a table of the process acknowledged after it. */
  readonly takeovers: number[];
  /** From `SIGTERM` to the exit. */
  readonly drains: number[];
  /** How long a player of one of its tables was out after either. */
  readonly outAfterKill: number[];
  readonly outAfterDrain: number[];
}

/** Everybody who takes part. */
interface Cast {
  readonly stage: Stage;
  readonly watchers: Watchers;
  /** By table. */
  readonly probers: ReadonlyMap<string, Prober>;
  readonly endings: Endings;
}

/** So many endings of either kind; what they took is written into `endings` as it happens. */
export function endingsOf(runs: number, endings: Endings): Trial {
  return {
    name: "endings",
    does: "one process after the other is killed, or drained, and started again",
    stage: () => ({ players: BOTS, tables: TABLES, timings: TIMINGS, seats: 2 * PLAYERS }),
    async inflict(stage) {
      const watchers = stage.keep(await Watchers.enter(stage, WATCHERS_AT_A_TABLE));
      const probers = await enterProbers(stage);
      const cast: Cast = { stage, watchers, probers, endings };
      for (let turn = 0; turn < 2 * runs; turn += 1) {
        const process = stage.processes[turn % stage.processes.length];
        if (process !== undefined) await endOne(cast, process, turn % 2 === 0 ? kill : drain);
      }
      for (const prober of probers.values()) {
        for (const fault of await prober.faults(stage.cluster.url)) stage.notes.finding(fault);
      }
      for (const fault of watchers.faults) stage.notes.finding(fault);
    },
  };
}

async function enterProbers({ tableIds, cluster }: Stage): Promise<ReadonlyMap<string, Prober>> {
  const entered = tableIds.map(
    async (tableId) => [tableId, await Prober.enter(cluster.url, tableId)] as const,
  );
  return new Map(await Promise.all(entered));
}

/**
 * Ends one process at any time of a round, and starts it again once its players are back.
 *
 * Its share of the tables comes to it when the next one ends, since it has the least of all then: to
 * wait until the others hand tables over would take longer than everything else here.
 */
async function endOne(cast: Cast, process: ClusterProcess, end: typeof kill): Promise<void> {
  const { stage } = cast;
  await until("a process's tables", () => tablesOf(process).length > 0, { withinMs: MOST_MS });
  await pause(ROUND_MS * stage.random.next());
  await end(cast, process);
  await stage.everyoneIsBack();
  await process.start().catch(() => {
    // What was measured so far is told all the same; the log of the process says why.
    throw new OverdueError(`process ${process.slot} did not start again`);
  });
  const isReady = async () => (await fetch(`${process.url}/ready`)).ok;
  await until("the process's readiness", isReady, { withinMs: MOST_MS });
}

async function kill(
  { stage, watchers, probers, endings }: Cast,
  process: ClusterProcess,
): Promise<void> {
  const tables = tablesOf(process);
  const watched = watchers.at(tables);
  const since = Date.now();
  await process.kill();
  stage.notes.inflicted("kill -9 of a process");
  const bets = tables.map(async (tableId) => {
    const at = await probers.get(tableId)?.untilAcknowledged(stage.cluster.url, MOST_MS);
    if (at !== undefined) endings.takeovers.push(at - since);
  });
  const [outs] = await Promise.all([watched.untilBack(MOST_MS), ...bets]);
  endings.outAfterKill.push(...outs);
}

async function drain({ stage, watchers, endings }: Cast, process: ClusterProcess): Promise<void> {
  const watched = watchers.at(tablesOf(process));
  const askedAt = performance.now();
  const exit = await process.drain();
  endings.drains.push(performance.now() - askedAt);
  stage.notes.inflicted("SIGTERM of a process");
  if (exit?.code !== 0) stage.notes.finding(`a drain ended with ${exit?.code ?? exit?.signal}`);
  endings.outAfterDrain.push(...(await watched.untilBack(MOST_MS)));
}
