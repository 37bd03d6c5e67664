/**
 * `stop`: two servers on one database. The one that runs the tables is stopped for longer than its
 * lease lives, or dies; the other takes over, and the first finds out when it wakes.
 */
import { setTimeout as pause } from "node:timers/promises";
import { bugsOf, expectNoBugs } from "./bugs.ts";
import { isReady } from "./house.ts";
import type { LoneHouse } from "./loneHouse.ts";
import type { Suite } from "./run.ts";
import type { Stage } from "./stage.ts";
import { stopShared } from "./stoppingShared.ts";

/** From the holder's end to the first bet that the other acknowledges. */
const TAKEOVER_MS = 5_000;
/** From a holder's waking to the last of its players gone. */
const LETS_GO_MS = 5_000;
/** A sleep that outlives the lease, and one that outlives everything. */
const ASLEEP_MS = { long: 5_000, longest: 30_000 } as const;
const OPERATIONS = 80;
const LOOK_MS = 20;
const TURNS = { brief: 1, long: 4 } as const;

/** T7: nobody took the lease meanwhile, and the holder goes on where it was. */
async function sleepAlone(stage: Stage): Promise<void> {
  const { lone: house, notes } = stage;
  await stage.plays(OPERATIONS);
  house.fallAsleep();
  await pause(ASLEEP_MS.long);
  const since = Date.now();
  house.wake();
  notes.inflicted("SIGSTOP of the only server");
  await stage.measure("from waking alone to the next bet", since, TAKEOVER_MS);
}

/** T5, T6: the other takes over; the holder wakes, is refused, and lets its players go. */
async function sleepWhileTakenOver(
  stage: Stage,
  other: LoneHouse,
  asleepMs: number,
): Promise<LoneHouse> {
  const holder = stage.lone;
  await stage.plays(OPERATIONS);
  const since = Date.now();
  holder.fallAsleep();
  stage.notes.inflicted(`SIGSTOP of the holder for ${asleepMs / 1000} s`);
  await takeOver(stage, { holder, other, asleepMs, since });
  return holder;
}

/** T8: the same, and the holder, which has that in it, falls asleep in the middle of a transaction. */
async function sleepInTransaction(stage: Stage, other: LoneHouse): Promise<LoneHouse> {
  const holder = stage.lone;
  await stage.plays(OPERATIONS);
  await holder.arm(true);
  while (!holder.isAsleep()) await pause(LOOK_MS);
  const since = Date.now();
  await holder.arm(false);
  stage.notes.inflicted("SIGSTOP of the holder in a transaction");
  await takeOver(stage, { holder, other, asleepMs: ASLEEP_MS.long, since });
  return holder;
}

async function takeOver(
  stage: Stage,
  sleep: {
    readonly holder: LoneHouse;
    readonly other: LoneHouse;
    readonly asleepMs: number;
    readonly since: number;
  },
): Promise<void> {
  const { holder, other, asleepMs, since } = sleep;
  stage.lead(other);
  // The rest hangs on, and hears from the stopped one when it wakes.
  stage.front.cutHalf(holder.url);
  await stage.measure("from SIGSTOP to the other's first bet", since, TAKEOVER_MS);
  await pause(Math.max(0, since + asleepMs - Date.now()));
  holder.wake();
  await expectLetsGo(stage, holder, Date.now());
  await stage.everyoneIsBack();
}

/** The holder that was replaced freezes, and its players leave it. */
async function expectLetsGo(
  { front, notes }: Stage,
  holder: LoneHouse,
  wokenAt: number,
): Promise<void> {
  while (front.connections(holder.url) > 0) {
    if (Date.now() > wokenAt + LETS_GO_MS) {
      const stay = front.connections(holder.url);
      notes.finding(`${stay} players still hang on the replaced server ${LETS_GO_MS} ms later`);
      front.cutAll(holder.url);
      return;
    }
    await pause(LOOK_MS);
  }
  if (await isReady(holder.url)) notes.finding("the replaced server says that it is ready");
}

interface Death {
  readonly by: "kill" | "stop";
  /** What is in it when it is back. */
  readonly mutants?: readonly string[];
}

/** The holder ends, at once or in good order (T4), and comes back as the one that waits. */
async function takeOverFromDead(
  stage: Stage,
  other: LoneHouse,
  { by, mutants = [] }: Death,
): Promise<LoneHouse> {
  const holder = stage.lone;
  await stage.plays(OPERATIONS);
  const since = Date.now();
  stage.lead(other);
  await holder[by]();
  stage.notes.inflicted(by === "kill" ? "kill -9 of the holder" : "SIGTERM of the holder");
  await stage.measure(`from the holder's ${by} to the other's first bet`, since, TAKEOVER_MS);
  holder.launch({ mutants });
  await holder.opened();
  await stage.everyoneIsBack();
  return holder;
}

async function stopLone(stage: Stage, brief: boolean): Promise<void> {
  if (!brief) await sleepAlone(stage);
  let other = await stage.addHouse();
  await other.start();
  if (await isReady(other.url)) stage.notes.finding("a second server says that it runs tables");
  for (let turn = brief ? TURNS.brief : TURNS.long; turn > 0; turn -= 1) {
    other = await sleepWhileTakenOver(stage, other, ASLEEP_MS.long);
    other = await takeOverFromDead(stage, other, { by: "kill", mutants: ["sleep-T8"] });
    if (brief) continue;
    other = await takeOverFromDead(stage, other, { by: "stop" });
    other = await sleepInTransaction(stage, other);
  }
  if (!brief) other = await sleepWhileTakenOver(stage, other, ASLEEP_MS.longest);
  await other.stop();
}

export const stopping: Suite = {
  name: "stop",
  does: "the holder of the tables is stopped, woken and killed beside a second server",
  inflict: async (stage, { brief }) => {
    const before = bugsOf(stage);
    if (stage.house.isShared) await stopShared(stage, stage.house, brief);
    else await stopLone(stage, brief);
    // Who slept, or was replaced, finds out by being refused: nothing in it is wrong.
    expectNoBugs(stage, before);
  },
};
