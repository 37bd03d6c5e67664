/**
 * Several processes behind one address. "The server" is the process that runs the table at the moment
 * at which something is done to it; the others are to take over.
 *
 *   proxy ──▶ process 1 … N ──▶ database
 *                 └─ Redis
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.ts";
import { startCluster } from "../cluster/cluster.ts";
import { childrenOf } from "../src/testing/childrenOf.ts";
import type { Exit } from "../src/testing/processes.ts";
import { SHORT_CHAINS } from "../src/testing/server.ts";
import { EDGE_PATIENCE } from "./atTheDoor.ts";
import type { Changes, HouseOptions } from "./houseOptions.ts";
import { mutantsEnv, Slot } from "./slot.ts";
import { inTime, OverdueError } from "./wait.ts";

export interface SharedHouseOptions extends HouseOptions {
  readonly processes: number;
  /** The table at which things are done. */
  readonly tableId: string;
  /** How long a round of the tables lasts. */
  readonly roundMs: number;
}

/** Another process has only to take over. */
const PLAYABLE_MS = 5_000;
/** Until somebody runs a table, and has its share of all. */
const TAKEN_MS = 30_000;
/** What a drain may take besides one round. */
const DRAIN_MS = 10_000;
const LOOK_MS = 20;
const MOST_TROUBLES = 10;
/** Bots of one machine come from one address. */
const EDGE = {
  EDGE_CONNECTIONS_PER_ADDRESS: "10000",
  EDGE_REQUESTS_PER_SECOND: "5000",
  EDGE_REQUESTS_BURST: "10000",
  ...EDGE_PATIENCE,
};

export class SharedHouse {
  readonly isShared = true;
  /** From the end of the process that runs the table to the next bet: the most that it may take. */
  readonly playableMs = PLAYABLE_MS;
  readonly #options: SharedHouseOptions;
  readonly #cluster: Cluster;
  readonly #folder: string;
  readonly #slots: readonly Slot[];
  #tables: string;
  #databaseUrl: string;
  /** What is done is done to this one; null: to whoever runs the table. */
  #subject: Slot | null = null;
  /** Whether that one has a crash point in it. */
  #prepared = false;
  /** The mutants of each one's last start, beside everyone's. */
  readonly #put = new Map<Slot, readonly string[]>();
  /** The one that was launched last. */
  #newest: Slot | null = null;

  private constructor(options: SharedHouseOptions, cluster: Cluster, folder: string) {
    this.#options = options;
    this.#cluster = cluster;
    this.#folder = folder;
    this.#tables = options.tables;
    this.#databaseUrl = options.databaseUrl;
    this.#slots = cluster.processes.map(
      (process) =>
        new Slot(process, {
          armed: join(folder, `crash-now-${process.slot}`),
          tables: options.tables,
        }),
    );
  }

  /** Starts the processes, and what they need besides the database. */
  static async open(options: SharedHouseOptions): Promise<SharedHouse> {
    const { databaseUrl, tables, secrets, mutants, processes } = options;
    const folder = mkdtempSync(join(tmpdir(), "croupier-house-"));
    try {
      const settings = { TABLES: tables, LOG_LEVEL: "info", ...SHORT_CHAINS };
      const env = { ...secrets, ...settings, ...mutantsEnv(mutants) };
      const cluster = await startCluster({ folder, processes, databaseUrl, edge: EDGE, env });
      return new SharedHouse(options, cluster, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The one address. */
  get url(): string {
    return this.#cluster.url;
  }

  /** The processes themselves, past the proxy. */
  get processUrls(): readonly string[] {
    return this.#slots.map(({ process }) => process.url);
  }

  /** The process that runs the table; waits until there is one that does. */
  async holder(): Promise<Slot> {
    const { tableId } = this.#options;
    const epochOf = (slot: Slot): number => slot.epochs.get(tableId) ?? 0;
    for (const until = Date.now() + TAKEN_MS; Date.now() < until; await pause(LOOK_MS)) {
      const [first] = this.#slots.toSorted((one, other) => epochOf(other) - epochOf(one));
      if (first !== undefined && epochOf(first) > 0) return first;
    }
    throw new OverdueError(`nobody runs ${tableId} within ${TAKEN_MS} ms`);
  }

  /** The processes but `slot`. */
  others(slot: Slot): readonly Slot[] {
    return this.#slots.filter((one) => one !== slot);
  }

  /** Starts every process that has ended; the mutants are for the one that ended last. */
  launch(changes: Changes = {}): void {
    this.#remember(changes);
    const { mutants = [] } = changes;
    this.#prepared = mutants.length > 0;
    for (const slot of this.#slots) {
      if (!slot.process.alive) this.#start(slot, slot === this.#subject ? mutants : []);
    }
  }

  /** Resolves once all processes take connections, and the one with a crash point runs the table. */
  async opened(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.opened()));
    if (this.#prepared && this.#subject !== null) await this.#lead(this.#subject);
    else this.#subject = null;
  }

  /**
   * `kill -9` of the process that runs the table, and a new one; of all of them, one after the other,
   * where the changes are for all. The mutants are for the one that runs the table then.
   */
  async restart(changes: Changes = {}): Promise<void> {
    const { mutants = [], everyone = [], tables, databaseUrl } = changes;
    this.#remember(changes);
    if (tables !== undefined || databaseUrl !== undefined) {
      for (const slot of this.#slots) await this.#renew(slot, everyone);
      if (mutants.length === 0) return this.#forget();
    }
    this.#forget();
    await this.kill();
    this.launch({ mutants });
    await this.opened();
  }

  /** Processes that were started with other tables than the newest are started again. */
  async makeAlike(): Promise<void> {
    for (const slot of this.#slots) if (slot.tables !== this.#tables) await this.#renew(slot, []);
  }

  /**
   * The process that takes the table next is started again, with changes for this life of it alone; with
   * `everyone` those that are neither it nor run the table get its `TABLES` first.
   */
  async prepareNext({ mutants = [], tables = this.#tables, everyone }: Changes): Promise<Slot> {
    const holder = await this.#holderAmongOthers();
    const [next, ...rest] = this.others(holder).toSorted(
      (one, other) => one.epochs.size - other.epochs.size,
    );
    if (next === undefined) throw new Error("there is only one process");
    if (everyone !== undefined) {
      for (const slot of rest) await this.#renew(slot, everyone, tables);
    }
    await this.#renew(next, mutants, tables);
    return next;
  }

  /** Resolves once a process writes what fits, and has not written it before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const matches = ({ process }: Slot) => [...process.output.matchAll(new RegExp(pattern, "g"))];
    const before = new Map(this.#slots.map((slot) => [slot, matches(slot).length]));
    for (const until = Date.now() + TAKEN_MS; Date.now() < until; await pause(LOOK_MS)) {
      for (const [slot, count] of before) {
        const all = matches(slot);
        const last = all.at(-1);
        if (all.length > count && last !== undefined) return last;
      }
    }
    throw new OverdueError(`nobody said ${pattern} within ${TAKEN_MS} ms`);
  }

  /** From now on the process with the crash point, which runs the table, ends there. */
  async arm(armed: boolean): Promise<void> {
    if (this.#subject === null) throw new Error("no process has a crash point in it");
    if (armed && this.#prepared && this.#subject.process.alive) await this.#lead(this.#subject);
    this.#subject.arm(armed);
  }

  /** Resolves when the process has ended that was armed, or launched. */
  ended(): Promise<Exit> {
    if (this.#subject === null) throw new Error("no process is to end");
    return this.#subject.ended();
  }

  /** `kill -9` of the process that runs the table. */
  async kill(): Promise<void> {
    this.#subject = await this.holder();
    await this.#subject.kill();
  }

  /** `kill -9` of the process that was launched last, be it open or not. */
  async killNewest(): Promise<void> {
    this.#subject = this.#newest ?? (await this.holder());
    await this.#subject.kill();
  }

  async killAll(): Promise<void> {
    this.#forget();
    await Promise.all(this.#slots.map((slot) => slot.kill()));
  }

  /** SIGTERM to the process that runs the table; resolves once it has drained and ended. */
  async stop(): Promise<void> {
    this.#subject = await this.holder();
    const mostMs = this.#options.roundMs + DRAIN_MS;
    const exit = await inTime("a drain", this.#subject.process.drain(), mostMs);
    if (exit?.code !== 0) throw new OverdueError(`SIGTERM ended a process with ${exit?.code}`);
  }

  /** Cuts a part of all connections of players, as a part of a network would fail. */
  cutSome(): void {
    const [worker] = childrenOf(this.#cluster.door.pid);
    if (worker !== undefined) process.kill(worker, "SIGKILL");
  }

  /** Lets go on whoever sleeps. */
  wake(): void {
    for (const slot of this.#slots) slot.process.thaw();
  }

  /** What there is to say where a process ended and nobody had ended it; else null. */
  get endedByItself(): string | null {
    const ends = this.#slots.flatMap(({ unasked }) => unasked);
    return ends.length === 0 ? null : ends.join("\n");
  }

  /** Forgets an end that was to be. */
  forgive(): void {
    this.#subject?.forgive();
  }

  /** What its processes logged as wrong; the last of it, where it is much. */
  get troubles(): string {
    const all = this.#slots.flatMap(({ process }) => process.troubles.slice(-MOST_TROUBLES));
    return all.join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.wake();
    await this.#cluster[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The process that runs the table, once others have their share of the tables. */
  async #holderAmongOthers(): Promise<Slot> {
    for (const until = Date.now() + TAKEN_MS; Date.now() < until; await pause(LOOK_MS)) {
      const holder = await this.holder();
      if (this.others(holder).some(({ epochs }) => epochs.size > 0)) return holder;
    }
    throw new OverdueError(`one process runs all tables for ${TAKEN_MS} ms`);
  }

  #remember({ tables, databaseUrl }: Changes): void {
    this.#tables = tables ?? this.#tables;
    this.#databaseUrl = databaseUrl ?? this.#databaseUrl;
  }

  #forget(): void {
    this.#subject = null;
    this.#prepared = false;
  }

  #start(slot: Slot, more: readonly string[], tables = this.#tables): void {
    this.#put.set(slot, more);
    const mutants = [...this.#options.mutants, ...more];
    slot.launch({ tables, databaseUrl: this.#databaseUrl, mutants });
    this.#newest = slot;
  }

  async #renew(slot: Slot, mutants: readonly string[], tables = this.#tables): Promise<void> {
    await slot.kill();
    this.#start(slot, mutants, tables);
    await slot.opened();
  }

  /** Has `slot` run the table: where another does, all others are killed, and come back as they were. */
  async #lead(slot: Slot): Promise<void> {
    if ((await this.holder()) === slot) return;
    const others = this.others(slot);
    await Promise.all(others.map((other) => other.kill()));
    const holder = await this.holder();
    for (const other of others) this.#start(other, this.#put.get(other) ?? [], other.tables);
    await Promise.all(others.map((other) => other.opened()));
    if (holder === slot) return;
    throw new OverdueError(`process ${slot.process.slot} does not come to run the table`);
  }
}
