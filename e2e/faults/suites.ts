/** The suites, and the broken builds that each of them has to catch. */
import { crashPoints } from "./crashPoints.ts";
import { killing } from "./killing.ts";
import { losing } from "./losing.ts";
import { restarting } from "./restarting.ts";
import type { Suite } from "./run.ts";
import { stopping } from "./stopping.ts";

export const SUITES: readonly Suite[] = [killing, crashPoints, restarting, stopping, losing];

/** Crash points of the specification at which a process lives on, or another one takes over. */
export const ROWS_ELSEWHERE: Readonly<Record<string, string>> = {
  C7: losing.name,
  O3: losing.name,
  O4: losing.name,
  T4: stopping.name,
  T5: stopping.name,
  T6: stopping.name,
  T7: stopping.name,
  T8: stopping.name,
};

/** A build with mistakes, by their names in `server/mutants`, and the suite that guards against it. */
export interface BrokenBuild {
  readonly suite: Suite;
  readonly mutants: readonly string[];
}

export const BROKEN_BUILDS: readonly BrokenBuild[] = [
  { suite: killing, mutants: ["answers-before-commit"] },
  { suite: killing, mutants: ["recovery-forgets-the-last-operation"] },
  { suite: crashPoints, mutants: ["locked-rounds-reopen"] },
  { suite: restarting, mutants: ["stays-paused"] },
  { suite: restarting, mutants: ["lost-connections-are-bugs"] },
  { suite: stopping, mutants: ["leases-never-expire"] },
  { suite: stopping, mutants: ["rooms-stay-open"] },
  {
    suite: stopping,
    mutants: ["database-takes-any-epoch", "batches-take-any-epoch", "renewals-are-believed"],
  },
  { suite: losing, mutants: ["tickets-are-not-known"] },
  { suite: losing, mutants: ["unknown-commits-failed"] },
];
