/** The bots of a run: witnesses with notes of their own, who stay over all faults. */
import type { Fleet } from "../bots/fleet.ts";
import { startFleet } from "../bots/fleet.ts";
import { judge } from "../bots/judge.ts";
import type { BotsOptions } from "../bots/options.ts";
import type { Report } from "../bots/report.ts";
import type { Progress } from "../bots/results.ts";
import { inTime } from "./wait.ts";

export interface CrowdOptions {
  readonly url: string;
  readonly tables: readonly string[];
  readonly players: number;
  readonly seed: number;
}

/** Longer than any run. */
const LONGEST_MS = 24 * 60 * 60 * 1000;
/** From the end of playing to the last word about it. */
const GRACE_MS = 20_000;
const RAMP_MS = 1_000;

export class Crowd implements AsyncDisposable {
  readonly #options: BotsOptions;
  readonly #fleet: Fleet;

  constructor({ url, tables, players, seed }: CrowdOptions) {
    this.#options = {
      url,
      tables,
      players,
      seed,
      durationMs: LONGEST_MS,
      strategy: "mixed",
      workers: 1,
      rampMs: RAMP_MS,
      churn: 0,
      slos: [],
      json: undefined,
      html: undefined,
    };
    this.#fleet = startFleet({
      options: this.#options,
      tables,
      spread: false,
      beginsAt: Date.now(),
      graceMs: GRACE_MS,
    });
    // Whoever ends the crowd hears of it.
    this.#fleet.results.catch(() => undefined);
  }

  get progress(): Progress {
    return this.#fleet.progress();
  }

  /** Resolves once the crowd's progress is as asked. */
  async until(
    what: string,
    condition: (progress: Progress) => boolean,
    withinMs: number,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (progress: Progress): void => {
      if (condition(progress)) resolve();
    };
    const end = this.#fleet.follow(look);
    look(this.progress);
    try {
      await inTime(what, promise, withinMs);
    } finally {
      end();
    }
  }

  /** Resolves once so many more operations were acknowledged. */
  async accepts(more: number, withinMs: number): Promise<void> {
    const least = this.progress.accepted + more;
    await this.until(`${more} more bets`, ({ accepted }) => accepted >= least, withinMs);
  }

  /** Ends all bots where they stand. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fleet.abandon();
  }

  /** Everyone stops, holds the notes against the books, and leaves. */
  async end(): Promise<Report> {
    this.#fleet.stop();
    const results = await inTime("the bots' end", this.#fleet.results, 2 * GRACE_MS);
    return await judge(this.#options, results, { until: Date.now() + GRACE_MS });
  }
}
