/**
 * One run of a suite: a database, servers, a crowd of witnesses; and the verdict at its end, which is
 * the witnesses' and the audit's, not the suite's.
 */
import { randomBytes } from "node:crypto";
import type { Random } from "../bots/random.ts";
import { createRandom } from "../bots/random.ts";
import type { Report } from "../bots/report.ts";
import { runNode } from "../src/testing/processes.ts";
import { quickTables } from "../src/testing/server.ts";
import { Crowd } from "./crowd.ts";
import type { OutsideDatabase } from "./database.ts";
import { startDatabase } from "./database.ts";
import { House } from "./house.ts";
import type { Told } from "./notes.ts";
import { Notes } from "./notes.ts";
import { Prober } from "./prober.ts";
import { OverdueError } from "./wait.ts";

export interface RunOptions {
  readonly seed: number;
  readonly players: number;
  /** Mistakes that are in the servers all the time. */
  readonly mutants: readonly string[];
  /** Told as it happens. */
  readonly say: (line: string) => void;
}

/** How much of a suite is done. */
export interface Scale {
  readonly brief: boolean;
  /** Servers killed at random moments. */
  readonly kills: number;
}

export interface Suite {
  readonly name: string;
  /** What it does, in some words. */
  readonly does: string;
  readonly inflict: (run: Run, scale: Scale) => Promise<void>;
}

export interface Outcome extends Told {
  readonly suite: string;
  readonly bots: Pick<
    Report,
    "connected" | "dropped" | "reconnected" | "rounds" | "bets" | "voided"
  > | null;
}

/** Short rounds: many of them meet a fault. */
const TIMINGS = { bettingMs: 1_000, closingMs: 150, spinningMs: 200, resultMs: 150 };
export const TABLES = ["one", "two"] as const;
const PLAYING_MS = 30_000;

/** `TABLES` of the run's servers, with more tables or other rules. */
export function tablesWith(more: readonly string[] = [], changes: object = {}): string {
  return quickTables([...TABLES, ...more], { ...TIMINGS, ...changes });
}

export class Run {
  readonly random: Random;
  readonly database: OutsideDatabase;
  /** Where the suite's rules allow a void round: what its reason begins with. */
  readonly excused = new Set<string>();
  readonly #options: RunOptions;
  readonly #secrets: Readonly<Record<string, string>>;
  readonly #houses: House[] = [];
  readonly #kept = new AsyncDisposableStack();
  readonly #notes: Notes;
  #crowd: { readonly url: string; readonly crowd: Crowd; readonly prober: Prober } | null = null;

  private constructor(options: RunOptions, database: OutsideDatabase) {
    this.#options = options;
    this.database = database;
    this.random = createRandom(options.seed, 0);
    this.#notes = new Notes(options.say);
    const secret = (): string => randomBytes(32).toString("hex");
    this.#secrets = { JWT_SECRET: secret(), SEED_KEY: secret(), ADMIN_PASSWORD: secret() };
  }

  /** Inflicts a suite's faults and judges what became of it. */
  static async of(suite: Suite, scale: Scale, options: RunOptions): Promise<Outcome> {
    const database = await startDatabase();
    const run = new Run(options, database);
    run.keep(database);
    try {
      await run.#inflict(suite, scale);
      const bots = await run.#hearWitnesses();
      await run.#audit();
      return { suite: suite.name, ...run.#notes.told, bots };
    } finally {
      await run.#crowd?.crowd.abandon();
      await run.#kept.disposeAsync();
    }
  }

  /** Ends `part` after the verdict, before what was kept earlier. */
  keep<T extends AsyncDisposable>(part: T): T {
    return this.#kept.use(part);
  }

  /** A server of this run, not started yet; at the run's database unless another way is given. */
  async house(databaseUrl = this.database.url): Promise<House> {
    const { mutants } = this.#options;
    const tables = tablesWith();
    const house = await House.on({ databaseUrl, tables, secrets: this.#secrets, mutants });
    this.#houses.push(house);
    return this.keep(house);
  }

  /** Lets the crowd in; resolves once it plays. */
  async play(url: string): Promise<void> {
    const { players, seed } = this.#options;
    const prober = await Prober.enter(url, TABLES[0]);
    const crowd = new Crowd({ url, tables: TABLES, players, seed });
    this.#crowd = { url, crowd, prober };
    await this.everyoneIsBack();
    await crowd.accepts(players, PLAYING_MS);
  }

  get crowd(): Crowd {
    if (this.#crowd === null) throw new Error("nobody plays yet");
    return this.#crowd.crowd;
  }

  /** Resolves once every bot holds a seat. */
  everyoneIsBack(): Promise<void> {
    const { players } = this.#options;
    return this.crowd.until("every bot's seat", ({ seated }) => seated >= players, PLAYING_MS);
  }

  /** Measures from `since` (epoch ms) to the first bet acknowledged at `url`, which must not be late. */
  async measure(
    name: string,
    {
      since,
      url,
      mostMs,
    }: { readonly since: number; readonly url: string; readonly mostMs: number },
  ): Promise<void> {
    // Longer than allowed, to tell how late it was.
    const at = await this.prober.untilAcknowledged(url, 4 * mostMs);
    this.#notes.measured(name, at - since, mostMs);
  }

  get prober(): Prober {
    if (this.#crowd === null) throw new Error("nobody plays yet");
    return this.#crowd.prober;
  }

  /** Counts a fault that was inflicted. */
  inflicted(fault: string): void {
    this.#notes.inflicted(fault);
  }

  finding(finding: string): void {
    this.#notes.finding(finding);
  }

  say(line: string): void {
    this.#options.say(`  ${line}`);
  }

  async #inflict(suite: Suite, scale: Scale): Promise<void> {
    try {
      await suite.inflict(this, scale);
    } catch (error) {
      if (!(error instanceof OverdueError) && this.#deaths().length === 0) throw error;
      this.finding(String(error));
      for (const house of this.#houses) house.wake();
      for (const { tail } of this.#houses) if (tail !== "") this.say(tail);
    }
    for (const death of this.#deaths()) this.finding(death);
  }

  #deaths(): readonly string[] {
    return this.#houses.map(({ endedByItself }) => endedByItself).filter((end) => end !== null);
  }

  async #audit(): Promise<void> {
    const audit = await runNode({
      args: ["server/src/audit/main.ts"],
      env: { DATABASE_URL: this.database.url },
    });
    if (audit.code !== 0) this.finding(`the audit: ${audit.stdout}${audit.stderr}`.trim());
  }

  /** Ends the play, and holds everyone's notes against the books. */
  async #hearWitnesses(): Promise<Outcome["bots"]> {
    if (this.#crowd === null) return null;
    const { url, crowd, prober } = this.#crowd;
    try {
      for (const fault of await prober.faults(url)) this.finding(fault);
      return this.#weigh(await crowd.end());
    } catch (error) {
      this.finding(`the witnesses could not be heard: ${String(error)}`);
      return null;
    }
  }

  #weigh(report: Report): Outcome["bots"] {
    const { connected, dropped, reconnected, rounds, bets, voided } = report;
    if (!report.ok) for (const error of report.errors) this.finding(error);
    if (!report.ok && report.errors.length === 0) this.finding("the bots' books do not agree");
    if (connected < this.#options.players) this.finding(`only ${connected} bots came in`);
    for (const reason of voided) if (!this.#mayBeVoid(reason)) this.finding(`void: ${reason}`);
    return { connected, dropped, reconnected, rounds, bets, voided };
  }

  #mayBeVoid(told: string): boolean {
    return [...this.excused].some((reason) => told.includes(reason));
  }
}
