/**
 * The crash points at which a server dies in the game, while it takes a table over, or while it makes
 * one: what is put into it, and what has to be done for it to come there.
 */
import type { Errand } from "./errands.ts";
import { bursts, fillsUp, hearsOfVoid } from "./errands.ts";
import type { LeftAlone } from "./leftAlone.ts";
import { comesBackPoor, comesBackPoorUnheard, registers, registersUnheard } from "./newcomers.ts";
import { tablesLimitedTo, tablesWith } from "./stage.ts";

export interface CrashPoint {
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
  /** Whoever goes on after it has these as well. */
  readonly alike?: true;
  /** What somebody has to do there, beside the crowd. */
  readonly errand?: Errand;
}

/** A European table has la partage unless it is told otherwise. */
const CHANGED = { zeroRule: "none" } as const;
/** Long enough for who comes back to be there in the first round of the one that takes over. */
const SLOW = { bettingMs: 5_000 } as const;
/**
 * The house is filled up where it has less than twice its limit, to ten times that: each of these is so
 * much higher than the one before that a house which was full is short.
 */
const LIMITS = {
  higher: tablesLimitedTo(30_000_000),
  higherStill: tablesLimitedTo(180_000_000),
  highest: tablesLimitedTo(1_000_000_000),
} as const;
/** Tables that are new with their crash point; they stay. */
export const FRESH = ["fresh-r1", "fresh-r2", "fresh-r3", "fresh-s1", "fresh-s2"] as const;
const withFresh = (count: number): string => tablesWith(FRESH.slice(0, count));

const play = (row: string, changes: Partial<CrashPoint> = {}): CrashPoint => ({
  row,
  mutants: [`crash-${row}`],
  during: "play",
  ...changes,
});
const start = (row: string, changes: Partial<CrashPoint> = {}): CrashPoint => ({
  row,
  mutants: [`crash-${row}`],
  during: "start",
  ...changes,
});
const takeover = (row: string, changes: Partial<CrashPoint> = {}): CrashPoint => ({
  row,
  mutants: [`crash-${row}`],
  during: "takeover",
  ...changes,
});

export const POINTS: readonly CrashPoint[] = [
  ...["R4", "R5", "R6", "R7"].map((row) => play(row)),
  ...["C1", "C2", "C3", "C4", "C5", "C6", "C8", "C9", "C10"].map((row) => play(row)),
  ...["O1", "O2", "O5", "O6", "O8", "O9"].map((row) => play(row)),
  { ...play("O7"), errand: bursts },
  play("V1", { mutants: ["crash-V1", "freeze-when-armed"] }),
  play("P1", { errand: registers }),
  play("P2", { errand: registersUnheard }),
  play("P4", { errand: comesBackPoor }),
  play("P5", { errand: comesBackPoorUnheard }),
  takeover("R12", { tables: LIMITS.higher, errand: fillsUp }),
  play("R15", {
    mutants: ["crash-R12", "house-has-lost"],
    tables: LIMITS.higherStill,
    errand: fillsUp,
  }),
  play("R16", {
    mutants: ["crash-R16", "house-has-lost"],
    tables: LIMITS.highest,
    errand: fillsUp,
  }),
  takeover("T1"),
  takeover("T2"),
  takeover("T3", { mutants: ["crash-C6"], during: "locked" }),
  play("V8", { mutants: ["crash-V8", "freeze-when-armed"] }),
  takeover("V6", {
    tables: tablesWith([], { ...CHANGED, ...SLOW }),
    alike: true,
    errand: hearsOfVoid,
  }),
  takeover("V3", { mutants: ["crash-V1"], tables: tablesWith() }),
  takeover("V2", { tables: tablesWith([], CHANGED) }),
];
/** New tables come with them, and stay. Last: who takes a table over depends on who runs these. */
export const MAKING: readonly CrashPoint[] = [
  start("R1", { tables: withFresh(1) }),
  start("R2", { tables: withFresh(2) }),
  start("R3", { tables: withFresh(3) }),
  start("S1", { mutants: ["crash-S1", "short-chains"], tables: withFresh(4) }),
  start("S2", { mutants: ["crash-S2", "short-chains"], tables: withFresh(5) }),
];
/** Nobody runs the table until its betting time is over. */
export const LEFT_ALONE: readonly LeftAlone[] = [
  { row: "R8", bettingMs: 6_000 },
  { row: "R9", bettingMs: 4_000 },
];
