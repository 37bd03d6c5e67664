/**
 * A whole simulated house: processes that compete for tables, their database and players; and the
 * chaos that they live through. Everything that happens is one event after another, decided by one
 * seed.
 */
import { hash } from "node:crypto";
import type { TableConfig } from "@croupier/shared/core/types";
import { Auditor } from "./auditor/auditor.ts";
import { Deadlines } from "./auditor/deadlines.ts";
import type { TableTerms } from "./auditor/terms.ts";
import { AuditError, check } from "./auditor/terms.ts";
import { Bank } from "./bank.ts";
import { Chaos } from "./chaos.ts";
import { Counts } from "./counts.ts";
import { Network } from "./network.ts";
import { Places } from "./places.ts";
import { SimulatedPlayer } from "./player.ts";
import type { ProcessSurroundings } from "./process.ts";
import { SimulatedProcess, termsOf } from "./process.ts";
import { Random } from "./random.ts";
import type { Happened } from "./scheduler.ts";
import { Scheduler } from "./scheduler.ts";
import type { Faults } from "./setting.ts";
import { configsOf, faultsOf, gameOf, kindOf, seedsOf } from "./setting.ts";
import type { Surroundings } from "./surroundings.ts";
import { witnessOf } from "./witness.ts";

const HOUSE_CHIPS = 50_000_000;
/** Rounds of one table while all others come to rest. */
const MOST_CALM_ROUNDS = 800;
/** In simulated time: without a round in it, the chaos ends; and then all come to rest in it. */
const PATIENCE_MS = 240_000;
/** Events at one instant (some hundreds are usual): with more of them time does not go on. */
const MOST_AT_ONCE = 10_000;
/** Lines of what happened last that are kept for a finding. */
const MOST_LINES = 80;

export interface WorldOptions {
  readonly seed: number;
  /** Rounds after which the chaos ends. */
  readonly rounds: number;
}

export class World implements ProcessSurroundings {
  readonly random: Random;
  readonly scheduler = new Scheduler();
  readonly counts = new Counts();
  readonly auditor: Auditor;
  readonly deadlines: Deadlines;
  readonly bank: Bank;
  readonly eagernessMs: number;
  readonly sharing: boolean;
  readonly queueing: boolean;
  readonly dropping: boolean;
  readonly drumming: boolean;
  readonly pushing: boolean;
  readonly rough: boolean;
  readonly #rounds: number;
  readonly #network: Network;
  readonly #places: Places;
  readonly #chaos: Chaos;
  readonly #players: SimulatedPlayer[] = [];
  readonly #lines: string[] = [];
  /** Every commit in order, a line each. */
  readonly #commits: string[] = [];
  readonly #after: (() => void)[] = [];
  #configs: readonly TableConfig[];
  #finding: AuditError | null = null;
  #requests = 0;
  #born = 0;

  constructor({ seed, rounds }: WorldOptions) {
    this.random = new Random(seed);
    const kind = kindOf(seed);
    const { rough, sharing, queueing, dropping, drumming, pushing, roaming } = kind;
    this.sharing = sharing;
    this.queueing = queueing;
    this.dropping = dropping;
    this.drumming = drumming;
    this.pushing = pushing;
    this.rough = rough;
    this.#rounds = rounds;
    this.#configs = configsOf(this.random, kind);
    const longestMs = Math.max(...this.#configs.map(({ bettingMs }) => bettingMs));
    const faults = faultsOf(this.random, longestMs, kind);
    this.eagernessMs = this.random.between(longestMs >> 1, 3 * longestMs);
    const names = Array.from({ length: this.random.between(3, 9) }, (_, index) => `p${index}`);
    const chips = new Map(names.map((name) => [name, this.random.between(300, 6_000)]));
    const length = rounds + MOST_CALM_ROUNDS;
    const tableIds = this.#configs.map(({ tableId }) => tableId);
    const seeds = new Map(tableIds.map((id) => [id, seedsOf(this.random, length)]));
    this.auditor = new Auditor({
      tableIds,
      seeds,
      chips,
      houseChips: HOUSE_CHIPS,
      seen: (what) => this.counts.add(what),
    });
    this.deadlines = new Deadlines({
      now: () => this.scheduler.now,
      lookIn: (delayMs, look) => this.scheduler.plainlyAfter(delayMs, () => this.audit(look)),
      shownBy: (holder, tableId) => {
        const process = this.#places.find(({ id }) => id === holder);
        return process?.at(tableId)?.watched.view?.phase ?? null;
      },
      seen: (what) => this.counts.add(what),
    });
    this.bank = new Bank({
      now: () => this.scheduler.now,
      lives: (holder) => this.#places.find((one) => one.id === holder && one.alive) !== null,
      seeds,
      chips,
      witness: witnessOf(this, (line) => {
        this.#note(line);
        this.#commits.push(line);
      }),
    });
    const { random, scheduler, counts } = this;
    this.#network = new Network({ random, scheduler, counts, faults: () => this.faults });
    this.#places = new Places(() => this.#newProcess());
    this.#chaos = this.#newChaos(kind, faults);
    for (let place = 0; place < this.random.between(1, 3); place += 1) this.#places.fill(place);
    for (const name of names) {
      const tableId = this.random.pick(tableIds);
      const player = new SimulatedPlayer(this, { id: name, tableId });
      this.#players.push(player);
      if (!roaming) continue;
      for (const other of tableIds.filter((one) => one !== tableId)) {
        const there = { id: name, tableId: other, elsewhere: player };
        this.#players.push(new SimulatedPlayer(this, there));
      }
    }
    this.#chaos.begin();
  }

  get faults(): Faults {
    return this.#chaos.faults;
  }

  get mood(): Surroundings["mood"] {
    return this.#chaos.mood;
  }

  get calm(): boolean {
    return this.#chaos.calm;
  }

  /** The rounds that were opened. */
  get rounds(): number {
    return this.auditor.books.rounds;
  }

  /** Runs to the end: chaos, then calm until everything is settled. Throws what it finds. */
  async run(): Promise<{ readonly rounds: number; readonly digest: string }> {
    let rounds = 0;
    let openedAt = this.scheduler.now;
    await this.#until(() => {
      if (this.rounds > rounds) {
        rounds = this.rounds;
        openedAt = this.scheduler.now;
      }
      return rounds >= this.#rounds || this.scheduler.now > openedAt + PATIENCE_MS;
    });
    if (rounds < this.#rounds) this.#lookWhyNone(rounds);
    this.#chaos.end();
    const goals = this.#configs.map(
      ({ tableId }) => [tableId, this.auditor.books.lastRound(tableId) + 3] as const,
    );
    const patience = this.scheduler.now + PATIENCE_MS;
    const done = () =>
      this.#players.every(({ idle }) => idle) &&
      goals.every(([tableId, round]) => this.auditor.books.lastRound(tableId) >= round);
    await this.#until(() => {
      this.audit(() =>
        check(this.scheduler.now < patience, () => `a table does not go on, after ${this.rounds}`),
      );
      return done();
    });
    return { rounds: this.rounds, digest: hash("sha256", this.#commits.join("\n")) };
  }

  /**
   * No round was opened for long. Where trouble comes faster than betting ends none can be, as each
   * takeover gives it some seconds more; what stands still there for another reason does so in calm too.
   */
  #lookWhyNone(rounds: number): void {
    const longestMs = Math.max(...this.#configs.map(({ bettingMs }) => bettingMs));
    const why = () => `no round opens any more, after ${rounds}`;
    this.audit(() => check(!this.#chaos.leaves(longestMs), why));
    this.counts.add("house: no time for a round");
  }

  /** What happened last, oldest first. */
  tail(): readonly string[] {
    return this.#lines;
  }

  /**
   * One event after another. Every promise that an event resolved is through before the next one:
   * Node.js turns to what is planned for the next tick only when no promise has anything left to do.
   * No trip around the event loop; and none through the promises after what resolves none.
   */
  #until(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const resolved = Promise.resolve();
      const soon = () => process.nextTick(go);
      const go = () => {
        try {
          do {
            this.#look();
            if (done()) {
              resolve();
              return;
            }
          } while (this.#next() === "plain");
        } catch (error) {
          reject(error);
          return;
        }
        void resolved.then(soon);
      };
      void resolved.then(soon);
    });
  }

  #next(): Happened {
    const happened = this.scheduler.next();
    if (this.scheduler.atOnce > MOST_AT_ONCE) this.found(new AuditError("time does not go on"));
    if (happened === "nothing") this.found(new AuditError("nothing happens any more"));
    return happened;
  }

  /** An event has had all its effects. */
  #look(): void {
    if (this.#after.length > 0) {
      for (const look of this.#after) this.audit(look);
      this.#after.length = 0;
    }
    if (this.#finding !== null) throw this.#finding;
  }

  audit(look: () => void): void {
    try {
      look();
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      this.found(error);
    }
  }

  found(finding: AuditError): void {
    this.#finding ??= finding;
  }

  afterwards(look: () => void): void {
    this.#after.push(look);
  }

  nextRequest(): number {
    this.#requests += 1;
    return this.#requests;
  }

  lateMs(): number {
    return this.#chaos.lateMs();
  }

  took(process: SimulatedProcess): void {
    this.#chaos.took(process);
  }

  drummed(tableId: string): void {
    const process = this.whoRuns(tableId);
    if (process !== null) this.#chaos.strikeDown(process);
  }

  termsOf(tableId: string): TableTerms {
    const config = this.#configs.find((candidate) => candidate.tableId === tableId);
    if (config === undefined) throw new Error(`no table ${tableId}`);
    return termsOf(config);
  }

  whoRuns(tableId: string): SimulatedProcess | null {
    return this.#places.find((one) => one.awake && one.at(tableId) !== null);
  }

  send(way: string, deliver: () => void): void {
    this.#network.send(way, deliver);
  }

  tell(way: string, deliver: () => void): void {
    this.#network.tell(way, deliver);
  }

  #newProcess(): SimulatedProcess {
    this.#born += 1;
    const process = new SimulatedProcess(this, `s${this.#born}`, this.#configs);
    this.#note(`${process.id} starts`);
    return process;
  }

  #newChaos(kind: ReturnType<typeof kindOf>, faults: Faults): Chaos {
    const { random, scheduler, counts } = this;
    return new Chaos({
      ...kind,
      faults,
      random,
      scheduler,
      counts,
      places: this.#places,
      deadlines: this.deadlines,
      changeGame: () => this.#changeGame(),
      note: (line) => this.#note(line),
    });
  }

  /** From the next start on a table has another wheel, or another rule for zeros. */
  #changeGame(): void {
    const changed = this.random.pick(this.#configs);
    this.#configs = this.#configs.map((config) =>
      config === changed ? { ...config, ...gameOf(this.random) } : config,
    );
  }

  #note(line: string): void {
    this.#lines.push(`${this.scheduler.now} ${line}`);
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
  }
}
