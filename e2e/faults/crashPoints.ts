/**
 * `crash-points`: the server dies exactly at the points that the specification lists, by their names
 * there, and the next one goes on.
 */
import { bugsOf, expectNoBugs } from "./bugs.ts";
import { CHANGED_ROWS, changeTables } from "./changedTables.ts";
import { expectDeath } from "./deaths.ts";
import type { Attempt } from "./errands.ts";
import type { House } from "./house.ts";
import { leaveAlone } from "./leftAlone.ts";
import type { CrashPoint } from "./points.ts";
import { FRESH, LEFT_ALONE, MAKING, POINTS } from "./points.ts";
import type { Suite } from "./run.ts";
import type { SharedHouse } from "./sharedHouse.ts";
import type { Stage } from "./stage.ts";
import { OverdueError } from "./wait.ts";

/** The rows of the specification that this suite kills a server at. */
export const CRASH_ROWS: readonly string[] = [
  ...[...POINTS, ...MAKING, ...LEFT_ALONE].map(({ row }) => row),
  ...CHANGED_ROWS,
];
const BRIEF: readonly string[] = ["C3", "O5", "T1"];
const OTHER_RULE = "The table's zero rule was changed";
/** Where rounds are void, and why. */
const VOID_AT: Readonly<Record<string, string>> = {
  V2: OTHER_RULE,
  V3: OTHER_RULE,
  V6: OTHER_RULE,
  V8: "The table kept meeting an error of its own",
};
/** The round is locked, and nobody knows. */
const LOCKED = "C3";

/** Until the process with the crash point is the one that takes a table over. */
const MOST_TURNS = 5;
const OPERATIONS = 40;
/** A round is open still when the prober's bet in it is known of and the server dies. */
const LEFT_MS = 300;
const STANDS_MS = 30_000;

/** The server, which runs already and has the crash point in it, dies in the game. */
async function dieInPlay(stage: Stage, { row }: CrashPoint, { act }: Attempt): Promise<void> {
  const { house } = stage;
  // Among several it has just taken the table over, and the crowd may be playing elsewhere only.
  await stage.everyoneIsBack();
  await stage.plays(OPERATIONS);
  await house.arm(true);
  const url = house.isShared ? (await house.holder()).process.url : house.url;
  // It fails with the server, and what became of it is found out afterwards.
  const acting = act?.(url).catch(() => undefined);
  await expectDeath(stage, row);
  await acting;
}

/** The server runs, and its next life dies while it starts. */
async function dieAtStart(stage: Stage, point: CrashPoint): Promise<void> {
  const { row, during, mutants, tables } = point;
  const { house } = stage;
  await stage.plays(OPERATIONS);
  // A round that is open, with chips.
  if (during === "takeover") await stage.prober.standsIn(house.url, LEFT_MS, STANDS_MS);
  if (during === "locked") {
    await house.arm(true);
    await expectDeath(stage, "C3");
  } else {
    await house.kill();
  }
  await house.arm(true);
  house.launch(tables === undefined ? { mutants } : { mutants, tables });
  await expectDeath(stage, row);
}

/**
 * Two die: the one that runs the table, and the one that takes it over, at the point. Who that is the
 * processes decide: where it is another than the one with the crash point, it is done again.
 */
async function dieTakingOver(stage: Stage, house: SharedHouse, point: CrashPoint): Promise<void> {
  for (let turn = 1; ; turn += 1) {
    try {
      await dieTakingOverNow(stage, house, point);
      return;
    } catch (error) {
      if (!(error instanceof OverdueError) || turn === MOST_TURNS) throw error;
      await house.restart(prepared(point));
      await stage.everyoneIsBack();
    }
  }
}

async function dieTakingOverNow(
  stage: Stage,
  house: SharedHouse,
  point: CrashPoint,
): Promise<void> {
  const { row, during, mutants, tables, alike } = point;
  const next = await house.prepareNext({
    mutants,
    ...(tables === undefined ? {} : { tables }),
    ...(alike === undefined ? {} : { everyone: [] }),
  });
  await stage.plays(OPERATIONS);
  next.arm(true);
  // A round that is open, with chips.
  await stage.prober.standsIn(house.url, LEFT_MS, STANDS_MS);
  if (during === "locked") {
    await house.arm(true);
    await expectDeath(stage, "C3");
  } else {
    await house.kill();
  }
  try {
    await expectDeath(stage, row, next);
  } finally {
    next.arm(false);
  }
}

/** The server dies at the point, wherever that is; nothing is started after it. */
async function dieAt(stage: Stage, point: CrashPoint, attempt: Attempt): Promise<void> {
  const { house } = stage;
  if (point.during === "play") await dieInPlay(stage, point, attempt);
  else if (point.during !== "start" && house.isShared) await dieTakingOver(stage, house, point);
  else await dieAtStart(stage, point);
}

function measureOf({ during }: CrashPoint, { isShared }: House): string {
  const second = isShared && (during === "takeover" || during === "locked");
  return `from a ${second ? "second death in a row, at a crash point," : "crash point"} to the next bet`;
}

/** Puts into a server what it needs to die at `point`, where that is in the game. */
function prepared(point: CrashPoint | undefined): { readonly mutants: readonly string[] } {
  if (point?.during === "play") return { mutants: point.mutants };
  return { mutants: point?.during === "locked" ? ["crash-C3"] : [] };
}

async function dieAtAll(stage: Stage, points: readonly CrashPoint[]): Promise<void> {
  if (points.length === 0) return;
  await stage.house.restart(prepared(points[0]));
  for (const [index, point] of points.entries()) {
    const before = bugsOf(stage);
    const attempt = (await point.errand?.(stage)) ?? {};
    await dieAt(stage, point, attempt);
    const { row, tables } = point;
    const next = prepared(points[index + 1]);
    const changes = tables === undefined ? next : { ...next, tables };
    try {
      await stage.goOn(measureOf(point, stage.house), Date.now(), changes);
    } finally {
      // The books refuse what a locked round must not take: who asks it of them has made a mistake.
      if (row === LOCKED) expectNoBugs(stage, before);
    }
    if (stage.house.isShared) await stage.house.makeAlike();
    for (const fault of (await attempt.faults?.()) ?? [])
      stage.notes.finding(`at ${row}: ${fault}`);
  }
}

async function inflictAt(stage: Stage, wanted: (row: string) => boolean): Promise<void> {
  const some = <Point extends { readonly row: string }>(points: readonly Point[]) =>
    points.filter(({ row }) => wanted(row));
  for (const [row, reason] of Object.entries(VOID_AT)) if (wanted(row)) stage.excused.add(reason);
  await dieAtAll(stage, some(POINTS));
  await changeTables(stage, wanted);
  await dieAtAll(stage, some(MAKING));
  for (const left of some(LEFT_ALONE)) await leaveAlone(stage, left, FRESH);
}

/** The server dies at some of the points. */
export const crashesAt = (rows: readonly string[]): Suite => ({
  name: "crash-points",
  does: `the server dies exactly at ${rows.join(", ")}`,
  inflict: (stage) => inflictAt(stage, (row) => rows.includes(row)),
});

export const crashPoints: Suite = {
  name: "crash-points",
  does: "the server dies exactly at each crash point of the specification",
  async inflict(stage, scale) {
    if (scale.brief) await crashesAt(BRIEF).inflict(stage, scale);
    else await inflictAt(stage, () => true);
  },
};
