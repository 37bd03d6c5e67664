/**
 * `stop` in a house that several processes share: the one that runs the table is stopped for longer
 * than its lease lives, or ends; another takes over, and the first finds out when it wakes.
 */
import { setTimeout as pause } from "node:timers/promises";
import { expectAnswersAtTheDoor } from "./atTheDoor.ts";
import { dieHandingOver } from "./handingOver.ts";
import { isReady } from "./house.ts";
import type { SharedHouse } from "./sharedHouse.ts";
import type { Slot } from "./slot.ts";
import type { Stage } from "./stage.ts";
import { inTime } from "./wait.ts";

/** From a holder's waking to the last of its players gone. */
const LETS_GO_MS = 5_000;
/** A sleep that outlives the lease, and one that outlives everything. */
const ASLEEP_MS = { long: 5_000, longest: 30_000 } as const;
/** How much longer the others sleep where nobody is to take the table. */
const LONGER_MS = 1_000;
const FALLS_ASLEEP_MS = 20_000;
const OPERATIONS = 80;
const LOOK_MS = 20;
const TURNS = { brief: 1, long: 4 } as const;

/** T7: nobody takes the lease meanwhile, and the holder goes on where it was. */
async function sleepTogether(stage: Stage, house: SharedHouse): Promise<void> {
  await stage.plays(OPERATIONS);
  const holder = await house.holder();
  for (const other of house.others(holder)) other.process.freeze();
  holder.process.freeze();
  await pause(ASLEEP_MS.long);
  const since = Date.now();
  holder.process.thaw();
  stage.notes.inflicted("SIGSTOP of all processes");
  const { prober, notes } = stage;
  const at = await prober.untilAcknowledged(holder.process.url, 4 * house.playableMs);
  notes.measured("from the holder's waking to the next bet", at - since, house.playableMs);
  await pause(LONGER_MS);
  house.wake();
  await stage.everyoneIsBack();
}

/** T5, T6: another takes over; the holder wakes, is refused, and lets its players go. */
async function sleepWhileTakenOver(
  stage: Stage,
  house: SharedHouse,
  asleepMs: number,
): Promise<void> {
  await stage.plays(OPERATIONS);
  const holder = await house.holder();
  const since = Date.now();
  holder.process.freeze();
  stage.notes.inflicted(`SIGSTOP of the holder for ${asleepMs / 1000} s`);
  await takeOver(stage, house, { holder, asleepMs, since });
}

/** T8: the same, and the holder falls asleep in the middle of a transaction. */
async function sleepInTransaction(stage: Stage, house: SharedHouse): Promise<void> {
  await house.restart({ mutants: ["sleep-T8"] });
  await stage.plays(OPERATIONS);
  await house.arm(true);
  const holder = await house.holder();
  await inTime("a sleep in a transaction", asleep(holder), FALLS_ASLEEP_MS);
  const since = Date.now();
  await house.arm(false);
  stage.notes.inflicted("SIGSTOP of the holder in a transaction");
  await takeOver(stage, house, { holder, asleepMs: ASLEEP_MS.long, since });
}

async function asleep(slot: Slot): Promise<void> {
  while (!slot.isAsleep) await pause(LOOK_MS);
}

interface Sleep {
  readonly holder: Slot;
  readonly asleepMs: number;
  readonly since: number;
}

/**
 * Nobody can tell from outside that a process which sleeps will not answer, so who asks it for a seat
 * waits; asked is one of the others. Who only reads at the one address is answered.
 */
async function takeOver(stage: Stage, house: SharedHouse, sleep: Sleep): Promise<void> {
  const { holder, asleepMs, since } = sleep;
  const { notes, prober, random } = stage;
  // The rest hangs on, and hears from the stopped one when it wakes.
  house.cutSome();
  const { url } = random.pick(house.others(holder)).process;
  const [at] = await Promise.all([
    prober.untilAcknowledged(url, 4 * house.playableMs),
    expectAnswersAtTheDoor(house.url, notes),
  ]);
  notes.measured("from SIGSTOP to another's first bet", at - since, house.playableMs);
  await pause(Math.max(0, since + asleepMs - Date.now()));
  const wokenAt = Date.now();
  holder.process.thaw();
  await letsGo(stage, holder, wokenAt);
  await isFitAgain(stage, holder, wokenAt);
  await stage.everyoneIsBack();
}

/** The holder that was replaced freezes, and its players leave it. */
async function letsGo({ notes }: Stage, holder: Slot, wokenAt: number): Promise<void> {
  while (holder.connections > 0) {
    if (Date.now() > wokenAt + LETS_GO_MS) {
      const stay = holder.connections;
      notes.finding(`${stay} connections to the replaced process are open ${LETS_GO_MS} ms later`);
      return;
    }
    await pause(LOOK_MS);
  }
}

/** It has no table now, or another one, and may be sent players again: it says so. */
async function isFitAgain({ notes }: Stage, { process }: Slot, wokenAt: number): Promise<void> {
  while (!(await isReady(process.url))) {
    if (Date.now() > wokenAt + 2 * LETS_GO_MS) break;
    await pause(LOOK_MS);
  }
  notes.measured("from the waking to being ready again", Date.now() - wokenAt, LETS_GO_MS);
}

/** The holder dies, and comes back as one that waits. */
async function killHolder(stage: Stage, house: SharedHouse): Promise<void> {
  await stage.plays(OPERATIONS);
  const since = Date.now();
  await house.kill();
  stage.notes.inflicted("kill -9 of the holder");
  await stage.goOn("from the holder's kill to the next bet", since);
  await stage.everyoneIsBack();
}

/** T4: it ends in good order. Until it is gone it plays on, and hands over. */
async function stopHolder(stage: Stage, house: SharedHouse): Promise<void> {
  await stage.plays(OPERATIONS);
  await house.stop();
  stage.notes.inflicted("SIGTERM of the holder");
  await stage.goOn("from the holder's end in good order to the next bet", Date.now());
  await stage.everyoneIsBack();
}

/** Goes through all of it, again and again. */
export async function stopShared(stage: Stage, house: SharedHouse, brief: boolean): Promise<void> {
  if (!brief) await sleepTogether(stage, house);
  for (let turn = brief ? TURNS.brief : TURNS.long; turn > 0; turn -= 1) {
    await sleepWhileTakenOver(stage, house, ASLEEP_MS.long);
    await killHolder(stage, house);
    if (brief) continue;
    await stopHolder(stage, house);
    await sleepInTransaction(stage, house);
  }
  if (brief) return;
  await dieHandingOver(stage, house);
  await sleepWhileTakenOver(stage, house, ASLEEP_MS.longest);
}
