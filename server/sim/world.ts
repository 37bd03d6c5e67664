/**
 * A whole simulated house: processes that compete for tables, their database, players, and chaos.
 * Everything that happens is one event after another, decided by one seed.
 */
import { hash } from "node:crypto";
import type { TableConfig } from "@croupier/shared/core/types";
import { askedContentOf } from "./askedContent.ts";
import { Auditor } from "./auditor/auditor.ts";
import type { TableTerms } from "./auditor/terms.ts";
import { AuditError, check } from "./auditor/terms.ts";
import type { Witness } from "./bank.ts";
import { Bank } from "./bank.ts";
import { Counts } from "./counts.ts";
import { SimulatedPlayer } from "./player.ts";
import { SimulatedProcess, termsOf } from "./process.ts";
import { Random } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import type { Faults } from "./setting.ts";
import { CALM, configsOf, faultsOf, gameOf, seedsOf } from "./setting.ts";
import type { Surroundings } from "./surroundings.ts";

const HOUSE_CHIPS = 50_000_000;
/** Rounds of one table while all others come to rest. */
const MOST_CALM_ROUNDS = 800;
/** Lines of what happened last that are kept for a finding. */
const MOST_LINES = 80;
/** In these houses, by their seeds, the processes share the tables; it takes two processes at least. */
const SHARING = [2, 3];
/** In these houses, by their seeds, a process dies between two effects of one step, and timers are late. */
const ROUGH = 2;
const MOST_LATE_MS = 2;
/** Effects that a process has left, where it is to die in a step. */
const MOST_EFFECTS_LEFT = 12;

export interface WorldOptions {
  readonly seed: number;
  /** Rounds after which the chaos ends. */
  readonly rounds: number;
}

export class World implements Surroundings {
  readonly random: Random;
  readonly scheduler = new Scheduler();
  readonly counts = new Counts();
  readonly auditor: Auditor;
  readonly bank: Bank;
  readonly mood = { away: false, slow: false };
  readonly eagernessMs: number;
  readonly sharing: boolean;
  /** Being stopped in good order: there until they are gone. */
  readonly #leaving = new Set<SimulatedProcess>();
  readonly #rough: boolean;
  readonly #rounds: number;
  readonly #processes: (SimulatedProcess | null)[] = [];
  readonly #players: SimulatedPlayer[] = [];
  readonly #lines: string[] = [];
  /** Every commit in order, a line each. */
  readonly #commits: string[] = [];
  readonly #after: (() => void)[] = [];
  #configs: readonly TableConfig[];
  #faults: Faults;
  #finding: AuditError | null = null;
  #requests = 0;
  #born = 0;
  calm = false;

  constructor({ seed, rounds }: WorldOptions) {
    this.random = new Random(seed);
    this.sharing = SHARING.includes(seed % 6);
    this.#rough = seed % 7 === ROUGH;
    this.#rounds = rounds;
    this.#configs = configsOf(this.random);
    const longestMs = Math.max(...this.#configs.map(({ bettingMs }) => bettingMs));
    this.#faults = faultsOf(this.random, longestMs);
    this.eagernessMs = this.random.between(longestMs >> 1, 3 * longestMs);
    const names = Array.from({ length: this.random.between(3, 9) }, (_, index) => `p${index}`);
    const chips = new Map(names.map((name) => [name, this.random.between(300, 6_000)]));
    const length = rounds + MOST_CALM_ROUNDS;
    const tableIds = this.#configs.map(({ tableId }) => tableId);
    const seeds = new Map(tableIds.map((id) => [id, seedsOf(`${seed} ${id}`, length)]));
    this.auditor = new Auditor({
      tableIds,
      seeds,
      chips,
      houseChips: HOUSE_CHIPS,
      seen: (what) => this.counts.add(what),
    });
    this.bank = new Bank({
      now: () => this.scheduler.now,
      lives: (holder) => this.#find((one) => one.id === holder && one.alive) !== null,
      seeds,
      chips,
      witness: this.#witness(),
    });
    for (let place = 0; place < this.random.between(1, 3); place += 1) this.#start(place);
    for (const name of names) {
      this.#players.push(new SimulatedPlayer(this, name, this.random.pick(tableIds)));
    }
    this.#planChaos();
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** The rounds that were opened. */
  get rounds(): number {
    let rounds = 0;
    for (const { tableId } of this.#configs) rounds += this.auditor.books.lastRound(tableId);
    return rounds;
  }

  /** Runs to the end: chaos, then calm until everything is settled. Throws what it finds. */
  async run(): Promise<{ readonly rounds: number; readonly digest: string }> {
    await this.#until(() => this.rounds >= this.#rounds);
    this.#comeDown();
    const goals = this.#configs.map(
      ({ tableId }) => [tableId, this.auditor.books.lastRound(tableId) + 3] as const,
    );
    const patience = this.scheduler.now + 240_000;
    const done = () =>
      this.#players.every(({ idle }) => idle) &&
      goals.every(([tableId, round]) => this.auditor.books.lastRound(tableId) >= round);
    await this.#until(() => {
      this.audit(() => check(this.scheduler.now < patience, () => "a table does not go on"));
      return done();
    });
    return { rounds: this.rounds, digest: hash("sha256", this.#commits.join("\n")) };
  }

  /** What happened last, oldest first. */
  tail(): readonly string[] {
    return this.#lines;
  }

  /**
   * One event after another. Every promise that an event resolved is through before the next one:
   * Node.js turns to what is planned for the next tick only when no promise has anything left to do.
   * No trip around the event loop, and no promise of its own for each event.
   */
  #until(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const soon = () => process.nextTick(go);
      const go = () => {
        try {
          this.#look();
          if (done()) {
            resolve();
            return;
          }
          this.#next();
        } catch (error) {
          reject(error);
          return;
        }
        queueMicrotask(soon);
      };
      go();
    });
  }

  #next(): void {
    if (!this.scheduler.next()) this.found(new AuditError("nothing happens any more"));
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
    return this.#rough ? this.random.between(0, MOST_LATE_MS) : 0;
  }

  termsOf(tableId: string): TableTerms {
    const config = this.#configs.find((candidate) => candidate.tableId === tableId);
    if (config === undefined) throw new Error(`no table ${tableId}`);
    return termsOf(config);
  }

  whoRuns(tableId: string): SimulatedProcess | null {
    return this.#find((one) => one.awake && one.at(tableId) !== null);
  }

  #find(is: (process: SimulatedProcess) => boolean): SimulatedProcess | null {
    for (const process of this.#processes) if (process !== null && is(process)) return process;
    for (const process of this.#leaving) if (is(process)) return process;
    return null;
  }

  send(deliver: () => void): void {
    const { random, faults } = this;
    if (random.chance(faults.messageDropped)) {
      this.counts.add("fault: message dropped");
      return;
    }
    this.scheduler.after(random.between(1, 30), deliver);
    if (!random.chance(faults.messageDuplicated)) return;
    this.counts.add("fault: message duplicated");
    this.scheduler.after(random.between(1, 60), deliver);
  }

  #start(place: number): void {
    this.#born += 1;
    const process = new SimulatedProcess(this, `s${this.#born}`, this.#configs);
    this.#processes[place] = process;
    // What keeps a table from opening is found by those who watch; the house is tried again.
    process.tables.open().catch(() => undefined);
    this.#note(`${process.id} starts`);
  }

  #planChaos(): void {
    const { chaosMs } = this.#faults;
    this.scheduler.after(this.random.between(1, 2 * chaosMs), () => {
      if (this.calm) return;
      this.#strike();
      this.#planChaos();
    });
  }

  #strike(): void {
    const { random } = this;
    const place = random.between(0, this.#processes.length - 1);
    const process = this.#processes[place] ?? null;
    const luck = random.next();
    if (luck < 0.35) this.#kill(process);
    else if (luck < 0.45) this.#stop(place, process);
    else if (luck < 0.65) this.#sleep(process);
    else if (luck < 0.75) this.#jump(process);
    else if (luck < 0.97) this.#leaveBank();
    else this.#changeWheel();
  }

  #kill(process: SimulatedProcess | null): void {
    if (process === null) return;
    if (this.#rough) {
      process.doom(this.random.between(1, MOST_EFFECTS_LEFT), () => {
        this.#hit("process killed between two effects", process);
        this.#bury(process);
      });
      return;
    }
    this.#hit("process killed", process);
    process.kill();
    this.#bury(process);
  }

  #bury(process: SimulatedProcess): void {
    const place = this.#processes.indexOf(process);
    // One that was leaving has a successor already.
    if (place === -1) return;
    this.#processes[place] = null;
    this.#startLater(place);
  }

  #startLater(place: number): void {
    this.scheduler.after(this.random.between(1, 2_500), () => this.#start(place));
  }

  #stop(place: number, process: SimulatedProcess | null): void {
    if (process?.awake !== true) return;
    this.#hit("process stopped in good order", process);
    this.#processes[place] = null;
    if (this.sharing) void this.#leave(process);
    else void process.stop();
    this.#startLater(place);
  }

  /** While it hands over it is there, and may fall asleep or die like any other. */
  async #leave(process: SimulatedProcess): Promise<void> {
    this.#leaving.add(process);
    await process.leave(this.random.between(50, 12_000));
    this.#leaving.delete(process);
  }

  #sleep(process: SimulatedProcess | null): void {
    if (process?.awake !== true) return;
    this.#hit("process fell asleep", process);
    process.sleep();
    this.scheduler.after(this.random.between(50, 9_000), () => {
      if (!process.alive) return;
      this.#hit("process woke", process);
      process.wake();
    });
  }

  #jump(process: SimulatedProcess | null): void {
    if (process === null) return;
    const byMs = this.random.between(-4_000, 4_000);
    this.#hit(byMs < 0 ? "clock jumped back" : "clock jumped forward", process);
    process.jump(byMs);
  }

  #leaveBank(): void {
    if (this.mood.away || this.mood.slow) return;
    const mood = this.random.chance(0.6) ? "away" : "slow";
    this.mood[mood] = true;
    this.#hit(`bank ${mood}`);
    this.scheduler.after(this.random.between(20, 5_000), () => {
      this.mood[mood] = false;
      this.#note("the bank is as ever");
    });
  }

  /** From the next start on a table has another wheel, or another rule for zeros. */
  #changeWheel(): void {
    this.#hit("wheel changed");
    const changed = this.random.pick(this.#configs);
    this.#configs = this.#configs.map((config) =>
      config === changed ? { ...config, ...gameOf(this.random) } : config,
    );
  }

  #hit(fault: string, process?: SimulatedProcess): void {
    this.counts.add(`fault: ${fault}`);
    this.#note(`${fault} ${process?.id ?? ""}`);
  }

  /** The chaos is over: everything that was down comes back. */
  #comeDown(): void {
    this.calm = true;
    this.#faults = CALM;
    this.mood.away = false;
    this.mood.slow = false;
    for (const process of [...this.#processes, ...this.#leaving]) process?.wake();
    this.#note("calm");
  }

  #witness(): Witness {
    const { books } = this.auditor;
    const commit = (line: string, look: () => void) => {
      this.#note(line);
      this.#commits.push(line);
      this.audit(look);
    };
    const at = ({ tableId, epoch }: { tableId: string; epoch: number }) => `${tableId}/${epoch}`;
    return {
      leased: (lease) =>
        commit(`${at(lease)} is leased`, () => books.leased(lease.tableId, lease.epoch)),
      opened: (lease, opening, commitment) =>
        commit(`${at(lease)} opens ${opening.round}`, () => {
          const config = {
            ...this.termsOf(lease.tableId),
            wheel: opening.wheel,
            zeroRule: opening.zeroRule,
          };
          books.opened(lease, { ...opening, terms: config, commitment });
        }),
      posted: (lease, posting) =>
        commit(`${at(lease)} posts ${posting.playerId} ${posting.op}`, () => {
          books.posted(lease, posting, askedContentOf(posting));
        }),
      locked: (lease, { round, betsDigest }) =>
        commit(`${at(lease)} locks ${round}`, () => books.locked(lease, round, betsDigest)),
      settled: (lease, settling) =>
        commit(`${at(lease)} settles ${settling.round} ${settling.pocket}`, () => {
          books.settled(lease, settling);
          this.counts.add("seen: settled");
        }),
      voided: (lease, voiding) =>
        commit(`${at(lease)} voids ${voiding.round}: ${voiding.reason}`, () => {
          const changed = /wheel was changed|zero rule was changed/.test(voiding.reason);
          check(changed, () => `${at(lease)}: round ${voiding.round} is void for no good reason`);
          const status = books.running(lease.tableId)?.status;
          check(
            status === "open",
            () => `${at(lease)}: ${voiding.round} is void, and was ${status}`,
          );
          this.auditor.voided(lease, voiding.round);
          this.counts.add("seen: void");
        }),
      seen: (what) => this.counts.add(what),
    };
  }

  #note(line: string): void {
    this.#lines.push(`${this.scheduler.now} ${line}`);
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
  }
}
