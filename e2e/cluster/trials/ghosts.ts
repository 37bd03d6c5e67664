/**
 * `ghosts`: a process is killed, with Redis there and without it; soon nobody shows what it ran as its
 * own any more, be it the matchmaker or a list of tables. And one process has the wrong password of
 * Redis: it says so, and goes on.
 */
import { setTimeout as pause } from "node:timers/promises";
import { tablesOf } from "../holders.ts";
import type { ClusterProcess } from "../serverProcess.ts";
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
const TOLD_OF_REDIS = /"level":40.*Redis \(REDIS_URL\)/;

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

/** Every other process gives seats at every table, none of them the victim's, and lists tables that run. */
async function isForgotten(stage: Stage, doors: Doors, victim: ClusterProcess): Promise<boolean> {
  const answers = await doors.askAll();
  if (!answers.every((answer) => isSeat(answer) && answer.holder !== victim.slot)) return false;
  for (const process of stage.processes) {
    if (!process.alive) continue;
    const listed = await doors.listed(process);
    if (![...listed.values()].every((endsAt) => endsAt > Date.now() - LATE_MS)) return false;
  }
  return true;
}

/** One line tells of it, and the process has its share of the tables all the same. */
async function wrongPassword(stage: Stage, doors: Doors): Promise<void> {
  const { cluster, notes, random } = stage;
  const one = random.pick(stage.processes);
  await one.drain();
  const wrong = new URL(cluster.redis.url);
  wrong.password = "wrong";
  await one.start({ REDIS_URL: wrong.href });
  notes.inflicted("a process with the wrong password of Redis");
  await stage.tablesAreShared();
  const answers = (await doors.askAll()).filter(({ slot }) => slot === one.slot);
  for (const tableId of tablesOf(one)) {
    const own = answers.find((answer) => answer.tableId === tableId);
    if (own?.holder !== one.slot) notes.finding(`it gives no seat at ${tableId}, which it runs`);
  }
  const told = one.output.split("\n").filter((line) => TOLD_OF_REDIS.test(line));
  const [line = ""] = told;
  if (told.length !== 1 || !line.includes("WRONGPASS")) {
    notes.finding(`of a wrong password it says: ${told.join("\n") || "nothing"}`);
  }
  await one.drain();
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
