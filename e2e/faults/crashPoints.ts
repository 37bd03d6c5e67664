/**
 * `crash-points`: the server dies exactly at the points that the specification lists, by their names
 * there, and the next one goes on.
 */
import { setTimeout as pause } from "node:timers/promises";
import { bugsOf, expectNoBugs } from "./bugs.ts";
import { CHANGED_ROWS, changeTables } from "./changedTables.ts";
import type { House } from "./house.ts";
import type { Suite } from "./run.ts";
import type { SharedHouse } from "./sharedHouse.ts";
import type { Slot } from "./slot.ts";
import type { Stage } from "./stage.ts";
import { tablesWith } from "./stage.ts";
import { inTime, OverdueError } from "./wait.ts";

interface CrashPoint {
  /** Of the table in the specification. */
  readonly row: string;
  /** What is put into the server that dies; its crash point first. */
  readonly mutants: readonly string[];
  /**
   * - `play`: it dies while the crowd plays;
   * - `start`: it dies while it makes a table;
   * - `takeover`: it dies while it takes the table over from one that was killed;
   * - `locked`: it dies while it takes the table over in a round that is locked.
   */
  readonly during: "play" | "start" | "takeover" | "locked";
  /** `TABLES` from here on, where they are others. */
  readonly tables?: string;
  /** Several operations of one player are in flight. */
  readonly burst?: true;
}

/** A European table has la partage unless it is told otherwise. */
const CHANGED = { zeroRule: "none" } as const;
/** Tables that are new with their crash point; they stay. */
const FRESH = ["fresh-r1", "fresh-r2", "fresh-r3", "fresh-s1", "fresh-s2"] as const;
const withFresh = (count: number): string => tablesWith(FRESH.slice(0, count));

const play = (row: string, ...more: readonly string[]): CrashPoint => ({
  row,
  mutants: [`crash-${row}`, ...more],
  during: "play",
});
const start = (row: string, changes: Partial<CrashPoint> = {}): CrashPoint => ({
  row,
  mutants: [`crash-${row}`],
  during: "start",
  ...changes,
});
const takeover = (row: string, changes: Partial<CrashPoint> = {}): CrashPoint => ({
  ...start(row, changes),
  during: "takeover",
});

const POINTS: readonly CrashPoint[] = [
  ...["R4", "R5", "R6", "R7"].map((row) => play(row)),
  ...["C1", "C2", "C3", "C4", "C5", "C6", "C8", "C9", "C10"].map((row) => play(row)),
  ...["O1", "O2", "O5", "O6", "O8", "O9"].map((row) => play(row)),
  { ...play("O7"), burst: true },
  { ...play("V1", "freeze-when-armed") },
  takeover("T1"),
  takeover("T2"),
  { ...takeover("T3", { mutants: ["crash-C6"] }), during: "locked" },
  takeover("V3", { mutants: ["crash-V1"], tables: tablesWith([], CHANGED) }),
  takeover("V2", { tables: tablesWith() }),
];
/** New tables come with them, and stay. Last: who takes a table over depends on who runs these. */
const MAKING: readonly CrashPoint[] = [
  start("R1", { tables: withFresh(1) }),
  start("R2", { tables: withFresh(2) }),
  start("R3", { tables: withFresh(3) }),
  start("S1", { mutants: ["crash-S1", "short-chains"], tables: withFresh(4) }),
  start("S2", { mutants: ["crash-S2", "short-chains"], tables: withFresh(5) }),
];
/** Nobody runs the table until its betting time is over. */
const LEFT_ALONE = [
  { row: "R8", bettingMs: 6_000 },
  { row: "R9", bettingMs: 1_000 },
] as const;
/** The rows of the specification that this suite kills a server at. */
export const CRASH_ROWS: readonly string[] = [
  ...[...POINTS, ...MAKING, ...LEFT_ALONE].map(({ row }) => row),
  ...CHANGED_ROWS,
];
const BRIEF: readonly string[] = ["C3", "O5", "T1"];
/** The round is locked, and nobody knows. */
const LOCKED = "C3";

/** Within this each point is come to. */
const DIES_MS = 20_000;
/** Until the process with the crash point is the one that takes a table over. */
const MOST_TURNS = 5;
const OPERATIONS = 40;
/** From the start of the whole house to the next acknowledged bet. */
const STARTED_MS = 10_000;
/** How much longer than the betting time nobody is there. */
const LONGER_MS = 1_000;

/** Waits for the death of `dying` at the point, and checks that it was that. */
async function expectDeath(
  { house, notes }: Stage,
  row: string,
  dying: Pick<House, "ended" | "arm" | "forgive"> | Slot = house,
): Promise<void> {
  const { code, signal } = await inTime(`the end at ${row}`, dying.ended(), DIES_MS);
  await dying.arm(false);
  if (signal !== "SIGKILL") {
    notes.finding(`at ${row} the server ended with ${code ?? signal}, not by the crash point`);
  }
  dying.forgive();
  notes.inflicted(`crash at ${row}`);
}

/** The server, which runs already and has the crash point in it, dies in the game. */
async function dieInPlay(stage: Stage, { row, burst }: CrashPoint): Promise<void> {
  const { house, prober } = stage;
  // Among several it has just taken the table over, and the crowd may be playing elsewhere only.
  await stage.everyoneIsBack();
  await stage.plays(OPERATIONS);
  await house.arm(true);
  const bursting = burst === true ? prober.burstUntilCut(house.url) : null;
  await expectDeath(stage, row);
  await bursting;
}

/** The server runs, and its next life dies while it starts. */
async function dieAtStart(stage: Stage, point: CrashPoint): Promise<void> {
  const { row, during, mutants, tables } = point;
  const { house } = stage;
  await stage.plays(OPERATIONS);
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
  const { row, during, mutants, tables } = point;
  const next = await house.prepareNext(tables === undefined ? { mutants } : { mutants, tables });
  await stage.plays(OPERATIONS);
  next.arm(true);
  // A round that is open, with chips.
  await stage.prober.untilAcknowledged(house.url, DIES_MS);
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
async function dieAt(stage: Stage, point: CrashPoint): Promise<void> {
  const { house } = stage;
  if (point.during === "play") await dieInPlay(stage, point);
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

async function leaveAlone(
  stage: Stage,
  { row, bettingMs }: (typeof LEFT_ALONE)[number],
): Promise<void> {
  const { house, notes } = stage;
  await house.restart({ tables: tablesWith(FRESH, { bettingMs }) });
  await stage.plays(2 * OPERATIONS);
  await (house.isShared ? house.killAll() : house.kill());
  notes.inflicted(`crash at ${row}`);
  await pause(bettingMs + LONGER_MS);
  const since = Date.now();
  house.launch();
  await house.opened();
  await stage.measure("from a start after the betting time to the next bet", since, STARTED_MS);
}

async function dieAtAll(stage: Stage, points: readonly CrashPoint[]): Promise<void> {
  await stage.house.restart(prepared(points[0]));
  for (const [index, point] of points.entries()) {
    const before = bugsOf(stage);
    await dieAt(stage, point);
    const { tables } = point;
    const next = prepared(points[index + 1]);
    const changes = tables === undefined ? next : { ...next, tables };
    try {
      await stage.goOn(measureOf(point, stage.house), Date.now(), changes);
    } finally {
      // The books refuse what a locked round must not take: who asks it of them has made a mistake.
      if (point.row === LOCKED) expectNoBugs(stage, before);
    }
    if (stage.house.isShared) await stage.house.makeAlike();
  }
}

/** The server dies at some of the points that are come to in the game, or in a takeover. */
export const crashesAt = (rows: readonly string[]): Suite => ({
  name: "crash-points",
  does: `the server dies exactly at ${rows.join(", ")}`,
  inflict: (stage) =>
    dieAtAll(
      stage,
      POINTS.filter(({ row }) => rows.includes(row)),
    ),
});

export const crashPoints: Suite = {
  name: "crash-points",
  does: "the server dies exactly at each crash point of the specification",
  async inflict(stage, scale) {
    if (scale.brief) return await crashesAt(BRIEF).inflict(stage, scale);
    stage.excused.add("The table's zero rule was changed");
    await dieAtAll(stage, POINTS);
    await changeTables(stage);
    await dieAtAll(stage, MAKING);
    for (const left of LEFT_ALONE) await leaveAlone(stage, left);
  },
};
