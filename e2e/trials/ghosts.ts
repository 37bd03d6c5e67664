/**
 * `ghosts`: a process is killed, with Redis there and without it; soon nobody shows what it ran as its
 * own any more, be it the matchmaker or a list of tables. And one process is started with the wrong password of
 * Redis: it says so, and ends.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import { Doors, isSeat } from "./doors.ts";
import type { Stage } from "./stage.ts";
import { until } from "./stage.ts";
import type { Trial } from "./trial.ts";

/** Nothing of a killed process is shown for longer. */
const GHOST_MS = 5_000;
const REDIS_HANGS_MS = 2_000;
const STARTED_MS = 10_000;
/** A table is behind its time by this much where it runs on a busy machine. */
const LATE_MS = 1_000;
const LOOK_MS = 100;
const TOLD_OF_REDIS = /^REDIS_URL: .*WRONGPASS.*\n$/;

async function killOne(stage: Stage, doors: Doors, redisHangs: boolean): Promise<void> {
  const { cluster, notes, random } = stage;
  const victim = random.pick(stage.processes);
  if (redisHangs) cluster.redis.freeze();
  const since = performance.now();
  await victim.kill();
  const how = redisHangs ? "kill -9 while Redis hangs" : "kill -9";
  notes.inflicted(how);
  if (redisHangs) await pause(REDIS_HANGS_MS).then(() => cluster.redis.thaw());
  await until(`no ghost after ${how}`, () => isForgotten(stage, doors, victim), {
    withinMs: 4 * GHOST_MS,
    everyMs: LOOK_MS,
  });
  notes.measured(`from ${how} to no ghost`, Math.round(performance.now() - since), GHOST_MS);
  await victim.start();
  await stage.everyoneIsBack();
  await stage.tablesAreShared();
}

/**
 * Every other process gives seats at every table, none of them the victim's; its list and its lobby
 * show every table, and each of them runs.
 */
async function isForgotten(stage: Stage, doors: Doors, victim: ClusterProcess): Promise<boolean> {
  const answers = await doors.askAll();
  const living = stage.processes.filter(({ alive }) => alive);
  if (answers.length !== living.length * stage.tableIds.length) return false;
  if (!answers.every((answer) => isSeat(answer) && answer.holder !== victim.slot)) return false;
  for (const process of living) {
    const shown = [await doors.listed(process), await doors.inLobby(process)];
    if (!shown.every((tables) => allRun(stage.tableIds, tables, Date.now()))) return false;
  }
  return true;
}

/** Whether each of the tables is shown, in a phase that is not over. */
export function allRun(
  tableIds: readonly string[],
  endings: ReadonlyMap<string, number>,
  now: number,
): boolean {
  return tableIds.every((tableId) => (endings.get(tableId) ?? 0) > now - LATE_MS);
}

/** It says so in one line and ends, before it has anything of the others. */
async function wrongPassword(stage: Stage, doors: Doors): Promise<void> {
  const { cluster, notes, random } = stage;
  const one = random.pick(stage.processes);
  await one.drain();
  const wrong = new URL(cluster.redis.url);
  wrong.password = "not-its-password";
  const { code, stderr } = await one.refused({ REDIS_URL: wrong.href });
  notes.inflicted("a process with the wrong password of Redis");
  if (code !== 1 || !TOLD_OF_REDIS.test(stderr) || stderr.includes(wrong.password)) {
    notes.finding(`with a wrong password it ends with ${code}: ${stderr || "nothing"}`);
  }
  await one.start();
  await stage.tablesAreShared();
  await doors.untilOpen("seats everywhere with the right password", STARTED_MS);
}

export const ghosts: Trial = {
  name: "ghosts",
  does: "killed processes are forgotten, with and without Redis; a wrong password is told",
  stage: ({ brief }) => ({
    players: brief ? 20 : 60,
    tables: 3,
    timings: { bettingMs: 1_000, closingMs: 150, spinningMs: 200, resultMs: 150 },
  }),
  async inflict(stage, { brief, turns = brief ? 1 : 5 }) {
    const doors = await Doors.open(stage);
    for (let turn = 1; turn <= turns; turn += 1) {
      await killOne(stage, doors, false);
      await killOne(stage, doors, true);
    }
    await wrongPassword(stage, doors);
  },
};
