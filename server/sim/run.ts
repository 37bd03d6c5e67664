/** One seed after another, until so many rounds were played. */
import { InvariantError } from "@croupier/shared/core/assert";
import { AuditError } from "./auditor/terms.ts";
import { Counts } from "./counts.ts";
import { World } from "./world.ts";

/** Rounds of chaos that one seed plays. */
const ROUNDS_OF_A_SEED = 100;
/** A run this long has to have seen everything that is counted. */
const ROUNDS_THAT_SHOW_ALL = 20_000;

/** What ended a house: the auditor's complaint, an assertion of the code, or any other error. */
export type EndedBy = "auditor" | "assertion" | "error";

export interface Finding {
  readonly seed: number;
  readonly by: EndedBy;
  readonly complaint: string;
  /** What happened last, oldest first. */
  readonly tail: readonly string[];
}

export interface SeedRun {
  readonly seed: number;
  readonly rounds: number;
  /** Of everything that was committed, in order: the same for the same seed. */
  readonly digest: string;
  readonly counts: Counts;
  readonly finding: Finding | null;
}

/** Plays one seed to its end, or to what is wrong with it. */
export async function runSeed(seed: number, rounds = ROUNDS_OF_A_SEED): Promise<SeedRun> {
  const world = new World({ seed, rounds });
  const { counts } = world;
  try {
    const run = await world.run();
    counts.add("house: came to rest");
    return { seed, ...run, counts, finding: null };
  } catch (error) {
    const by = enderOf(error);
    counts.add(`house: ended by ${by}`);
    const complaint = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const finding = { seed, by, complaint, tail: [...world.tail()] };
    return { seed, rounds: world.rounds, digest: "", counts, finding };
  }
}

/** A table that froze tells by what: that is the cause of the finding. */
function enderOf(error: unknown): EndedBy {
  const { cause = error } = error instanceof AuditError ? error : {};
  if (cause instanceof AuditError) return "auditor";
  return cause instanceof InvariantError ? "assertion" : "error";
}

export interface Simulation {
  readonly seeds: number;
  readonly rounds: number;
  readonly counts: Counts;
  readonly finding: Finding | null;
}

/** Plays seeds from `firstSeed` on until `rounds` were played or something is wrong. */
export async function simulate(firstSeed: number, rounds: number): Promise<Simulation> {
  const counts = new Counts();
  let played = 0;
  for (let seeds = 0; ; seeds += 1) {
    if (played >= rounds) return { seeds, rounds: played, counts, finding: null };
    const run = await withoutTraces(() => runSeed(firstSeed + seeds));
    counts.addAll(run.counts);
    played += run.rounds;
    if (run.finding !== null) {
      return { seeds: seeds + 1, rounds: played, counts, finding: run.finding };
    }
  }
}

/** What a run should have seen, and has not; of a short one nothing is asked. */
export function unseen({ rounds, counts }: Pick<Simulation, "rounds" | "counts">) {
  return rounds < ROUNDS_THAT_SHOW_ALL ? [] : counts.missing();
}

/** A simulated database that is away fails thousands of times; a replay tells where errors are from. */
async function withoutTraces<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
