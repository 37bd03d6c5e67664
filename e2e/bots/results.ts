/** What passes between a run and its threads. */
import type { GivenSeed, RoundNotes } from "./journal.ts";
import type { BotsOptions } from "./options.ts";
import type { Percentiles } from "./samples.ts";
import type { RoundSighting } from "./sightings.ts";

export interface WorkerOrders {
  readonly options: BotsOptions;
  readonly tables: readonly string[];
  /** The bots of this thread: `first`, `first + workers`, … */
  readonly first: number;
  readonly spread: boolean;
  /** Epoch milliseconds at which the run begins, for all threads. */
  readonly beginsAt: number;
  /** See {@link GRACE_MS}, which it is where it is not given. */
  readonly graceMs?: number;
}

/** One bot's run, its notes beside the server's books. */
export interface PlayerOutcome {
  readonly playerId: string;
  readonly tableId: string;
  readonly start: number;
  readonly end: number;
  /** Chips given outside the game during the run. */
  readonly grants: number;
  readonly rounds: readonly RoundNotes[];
  /** The client seed that must be in all its rounds; null where nothing is claimed. */
  readonly seed: GivenSeed | null;
  readonly faults: readonly string[];
}

export interface WorkerResult {
  readonly players: readonly PlayerOutcome[];
  readonly sightings: readonly RoundSighting[];
  readonly contradictions: readonly string[];
  readonly ackMs: Float64Array;
  /** Of each time that a bot was thrown out and came back. */
  readonly awayMs: Float64Array;
  /** How late the thread's own timers were. */
  readonly delayMs: Percentiles;
  readonly connected: number;
  readonly dropped: number;
  readonly reconnected: number;
  readonly sent: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly errors: readonly string[];
  readonly errorCount: number;
}

/** Where a thread's bots are, or those of all threads together. */
export interface Progress {
  /** Those who have come in, whatever became of their connections. */
  readonly connected: number;
  /** Those who hold a seat right now. */
  readonly seated: number;
  readonly accepted: number;
}

export type WorkerMessage =
  | ({ readonly type: "progress" } & Progress)
  | { readonly type: "done"; readonly result: WorkerResult };

/** How long after its end a run may wait for its last rounds, its books, and lost connections. */
export const GRACE_MS = 120_000;
