/**
 * Where trials of a cluster happen: a database outside of it, the whole cluster behind its one
 * address, and a crowd that plays through that address and keeps notes.
 *
 *   crowd ──▶ proxy ──▶ processes ──▶ database
 *                          └─ Redis
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../bots/random.ts";
import { createRandom } from "../bots/random.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { startCluster } from "../cluster/cluster.ts";
import { tablesOf } from "../cluster/holders.ts";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import { EDGE_PATIENCE } from "../faults/atTheDoor.ts";
import { Audits } from "../faults/audits.ts";
import { Crowd } from "../faults/crowd.ts";
import type { OutsideDatabase } from "../faults/database.ts";
import { startDatabase } from "../faults/database.ts";
import { Notes } from "../faults/notes.ts";
import { OverdueError } from "../faults/wait.ts";
import { repository } from "../src/testing/processes.ts";
import { quickTables, SHORT_CHAINS } from "../src/testing/server.ts";

export interface StageOptions {
  readonly seed: number;
  readonly players: number;
  /** How many; each process gets its share. */
  readonly tables: number;
  readonly timings: object;
  /** Of each table, where more than the players come. */
  readonly seats?: number;
  /** Another Redis than the cluster's own. */
  readonly redisUrl?: string;
  /** Told as it happens. */
  readonly say: (line: string) => void;
}

const PROCESSES = 3;
/** Bots of one machine come from one address. */
const EDGE = {
  EDGE_CONNECTIONS_PER_ADDRESS: "30000",
  EDGE_REQUESTS_PER_SECOND: "20000",
  EDGE_REQUESTS_BURST: "30000",
  // Each takes two connections a socket, and gets its share of them only about.
  EDGE_WORKERS: "4",
  ...EDGE_PATIENCE,
};
const PLAYING_MS = 30_000;
const LOOK_MS = 20;

export class Stage implements AsyncDisposable {
  readonly options: StageOptions;
  readonly random: Random;
  readonly notes: Notes;
  /** Of this stage alone; it goes with it. */
  readonly folder: string;
  readonly tableIds: readonly string[];
  readonly database: OutsideDatabase;
  readonly cluster: Cluster;
  readonly crowd: Crowd;
  /** The newest build of the processes. */
  build = repository;
  readonly #audits: Audits;
  readonly #kept: AsyncDisposableStack;

  private constructor(
    options: StageOptions,
    parts: Pick<Stage, "folder" | "tableIds" | "database" | "cluster" | "crowd">,
    kept: AsyncDisposableStack,
  ) {
    this.options = options;
    this.random = createRandom(options.seed, 0);
    this.notes = new Notes(options.say);
    this.folder = parts.folder;
    this.tableIds = parts.tableIds;
    this.database = parts.database;
    this.cluster = parts.cluster;
    this.crowd = parts.crowd;
    this.#audits = kept.use(new Audits(parts.database.url));
    this.#kept = kept;
  }

  /** Starts everything; resolves once everybody plays. */
  static async open(options: StageOptions): Promise<Stage> {
    const kept = new AsyncDisposableStack();
    try {
      const stage = new Stage(options, await open(options, kept), kept);
      await stage.everyoneIsBack();
      await stage.crowd.accepts(options.players, PLAYING_MS);
      return stage;
    } catch (error) {
      await kept.disposeAsync();
      throw error;
    }
  }

  get processes(): readonly ClusterProcess[] {
    return this.cluster.processes;
  }

  /** Resolves once every bot holds a seat. */
  everyoneIsBack(): Promise<void> {
    const { players } = this.options;
    return this.crowd.until("every bot's seat", ({ seated }) => seated >= players, PLAYING_MS);
  }

  /** Resolves once so many more operations were acknowledged. */
  plays(operations: number): Promise<void> {
    return this.crowd.accepts(operations, PLAYING_MS);
  }

  /** Resolves once each living process runs its share of the tables. */
  tablesAreShared(): Promise<void> {
    return areShared(this.tableIds, this.processes);
  }

  /** What is wrong with the books, by the audit of `build`; empty where nothing is. */
  auditFaults(): Promise<readonly string[]> {
    return this.#audits.faults(this.build);
  }

  /** Ends `part` with the stage, before what was there earlier. */
  keep<T extends AsyncDisposable>(part: T): T {
    return this.#kept.use(part);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.processes) process.thaw();
    await this.#kept.disposeAsync();
  }
}

/** Looks again and again until it is as asked; an {@link OverdueError} where that takes too long. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  { withinMs, everyMs = LOOK_MS }: { readonly withinMs: number; readonly everyMs?: number },
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new OverdueError(`${what}: not within ${withinMs} ms`);
    await pause(everyMs);
  }
}

function areShared(
  tableIds: readonly string[],
  processes: readonly ClusterProcess[],
): Promise<void> {
  const alive = processes.filter((process) => process.alive);
  const least = Math.floor(tableIds.length / alive.length);
  const isSo = () => alive.every((process) => tablesOf(process).length >= least);
  return until("each process's share of the tables", isSo, { withinMs: PLAYING_MS });
}

async function open(options: StageOptions, kept: AsyncDisposableStack) {
  const { seed, players, tables, timings, redisUrl, seats = players } = options;
  const folder = mkdtempSync(join(tmpdir(), "croupier-trials-"));
  kept.defer(() => rmSync(folder, { recursive: true, force: true }));
  const database = kept.use(await startDatabase());
  const tableIds = Array.from({ length: tables }, (_, index) => `table${index + 1}`);
  const cluster = kept.use(
    await startCluster({
      folder,
      processes: PROCESSES,
      databaseUrl: database.url,
      ...(redisUrl === undefined ? {} : { redisUrl }),
      edge: EDGE,
      env: {
        TABLES: quickTables(tableIds, { ...timings, maxPlayers: seats }),
        LOG_LEVEL: "info",
        ...SHORT_CHAINS,
      },
    }),
  );
  // Nobody is to be moved by that who has just come in.
  await areShared(tableIds, cluster.processes);
  const crowd = kept.use(new Crowd({ url: cluster.url, tables: tableIds, players, seed }));
  return { folder, tableIds, database, cluster, crowd };
}
