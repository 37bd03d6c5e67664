/** The suites, and the broken builds that each of them has to catch. */
import { crashesAt, crashPoints } from "./crashPoints.ts";
import { killing } from "./killing.ts";
import { losing } from "./losing.ts";
import { restarting } from "./restarting.ts";
import type { Suite } from "./run.ts";
import { stopping } from "./stopping.ts";

export const SUITES: readonly Suite[] = [killing, crashPoints, restarting, stopping, losing];

/** Crash points of the specification at which a process lives on, or another one takes over. */
export const ROWS_ELSEWHERE: Readonly<Record<string, string>> = {
  R10: losing.name,
  R11: losing.name,
  C7: losing.name,
  C13: losing.name,
  C14: losing.name,
  C15: losing.name,
  O3: losing.name,
  O4: losing.name,
  T4: stopping.name,
  T5: stopping.name,
  T6: stopping.name,
  T7: stopping.name,
  T8: stopping.name,
  // Where several processes share the tables.
  T9: stopping.name,
  T10: stopping.name,
  T11: stopping.name,
};

/**
 * Those that no suite comes to, as no process dies there: it lives on when an answer was lost, or the
 * bank was away, at that very place. The specification's own tests cut a process off there.
 */
export const ROWS_OF_TESTS: readonly string[] = [
  ...["R13", "R14", "C16", "V4", "V5", "V7"],
  ...["O10", "O11", "T12", "P3", "P6"],
];

/** A build with mistakes, by their names in `server/mutants`, and the suite that guards against it. */
export interface BrokenBuild {
  readonly suite: Suite;
  readonly mutants: readonly string[];
  /** A finding that the mistake leads to; any other one, as that something took too long, is none. */
  readonly shows: RegExp;
}

/** Where the bots' own notes or the audit contradict the books. */
const BOOKS = /the record has|sat down to|changed the stake by|the balance is \d|the audit: /;
/** Where the server's own assertions notice, and its log tells of it. */
const BUG = /a server tells of a bug/;
/** Where a table comes to a stop for good, that is the mistake. */
const STANDS_STILL = /no bet was acknowledged within/;
const PLAYERS_STAY =
  /still hang on the replaced server|connections to the replaced process are open/;

export const BROKEN_BUILDS: readonly BrokenBuild[] = [
  { suite: killing, mutants: ["answers-before-commit"], shows: BOOKS },
  {
    suite: killing,
    mutants: ["recovery-forgets-the-last-operation"],
    // The table itself notices at times, and takes the round back.
    shows: new RegExp(`${BOOKS.source}|bets digest|error of its own`),
  },
  { suite: crashesAt(["C3"]), mutants: ["locked-rounds-reopen"], shows: BUG },
  {
    suite: crashesAt(["R8"]),
    mutants: ["window-not-extended"],
    shows: /at R8 round \d+ took bets until/,
  },
  {
    suite: crashesAt(["R12"]),
    mutants: ["houses-are-never-full", "houses-are-filled-up-by-a-round"],
    shows: /at R12: the houses were filled up/,
  },
  {
    suite: crashesAt(["V6"]),
    mutants: ["old-void-news-is-lost"],
    shows: /at V6: .* was told 0 times/,
  },
  { suite: crashesAt(["C11"]), mutants: ["locked-rounds-follow-the-new-rules"], shows: BOOKS },
  {
    suite: crashesAt(["A1"]),
    mutants: ["closed-tables-are-left"],
    shows: /the closed table's end: not/,
  },
  {
    suite: crashesAt(["A2"]),
    mutants: ["closing-takes-locked-rounds-back"],
    shows: /at A2 round \d+ is void/,
  },
  {
    suite: crashesAt(["P1"]),
    mutants: ["players-come-before-their-chips"],
    shows: /at P1: who registered again was refused/,
  },
  { suite: restarting, mutants: ["stays-paused"], shows: STANDS_STILL },
  { suite: restarting, mutants: ["lost-connections-are-bugs"], shows: BUG },
  { suite: stopping, mutants: ["leases-never-expire"], shows: STANDS_STILL },
  { suite: stopping, mutants: ["rooms-stay-open"], shows: PLAYERS_STAY },
  {
    suite: stopping,
    mutants: ["database-takes-any-epoch", "batches-take-any-epoch", "renewals-are-believed"],
    shows: BOOKS,
  },
  { suite: losing, mutants: ["tickets-are-not-known"], shows: BOOKS },
  { suite: losing, mutants: ["unknown-commits-failed"], shows: BOOKS },
  { suite: losing, mutants: ["lost-connections-are-bugs"], shows: BUG },
];
