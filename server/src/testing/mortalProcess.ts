/**
 * A server's process as far as one table goes, for tests that end it: a pool, leases, stores and a
 * host of its own, by a clock of its own.
 *
 * It ends as by SIGKILL: between two statements its connections close, nothing more is sent, and
 * no answer is heard. What it had under way stays unanswered for ever, as a dead process's would.
 */
import type { Socket } from "node:net";
import { Writable } from "node:stream";
import type { Stage } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Pool, PoolClient } from "pg";
import { expect } from "vitest";
import { createPool, SERVER_ROLE } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import type { Players } from "../players/players.ts";
import { createPlayers } from "../players/players.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import { createPostgresTableStores } from "../rounds/tableStore.ts";
import type { NewHost } from "../tables/host.ts";
import { createHost } from "../tables/host.ts";
import type { Lease, TableStores } from "../tables/lease.ts";
import type { OperationReply, TableEvent } from "../tables/tableHost.ts";
import { DAILY_CHIPS, STARTING_CHIPS } from "./bankRig.ts";
import type { End, Place } from "./crashPlaces.ts";
import { ManualClock } from "./manualClock.ts";

interface Plan extends Place {
  readonly end: End;
  readonly reached: () => void;
}

export interface MortalOptions {
  readonly url: string;
  readonly config: TableConfig;
  readonly seedKey: Buffer;
  readonly chainLength: number;
  /** What its clock shows at first. */
  readonly now: number;
}

/** What became of a COMMIT is asked for so often, while the process is cut off. */
const AFTER_COMMIT = { tries: 5, firstMs: 1, longestMs: 10 };

/** A statement on its way. */
interface Sent {
  readonly client: PoolClient;
  readonly text: string;
  /** Of the transaction so far. */
  readonly transaction: readonly string[];
}

/** What the connection tells a COPY of. */
interface CopyStream extends Writable {
  handleReadyForQuery: () => void;
  handleError: (error: Error) => void;
}

type Query = (...parameters: unknown[]) => unknown;
type Callback = (error: Error | null, result?: unknown) => void;

/** Never answered; held by nobody, and so forgotten with its process. */
const never = () => new Promise<never>(() => undefined);

export class MortalProcess {
  readonly clock: ManualClock;
  readonly events: TableEvent[] = [];
  /** Bugs that froze the table. */
  readonly froze: unknown[] = [];
  /** What the bank did not answer to, each time. */
  readonly unanswered: string[] = [];
  readonly #options: MortalOptions;
  readonly leases: TableLeases;
  readonly stores: TableStores;
  readonly players: Players;
  readonly #pool: Pool;
  readonly #pipelined: Pool;
  readonly #clients = new Set<PoolClient>();
  #host: NewHost | null = null;
  #lease: Lease | null = null;
  #plan: Plan | null = null;
  #skipped = 0;
  #dead = false;
  #still = false;
  #cutOff = false;

  constructor(options: MortalOptions) {
    this.#options = options;
    this.clock = new ManualClock(options.now);
    const log = createLogger("silent");
    this.#pool = createPool(options.url, log, { role: SERVER_ROLE });
    this.#pipelined = createPool(options.url, log, { role: SERVER_ROLE, pipeline: true });
    for (const pool of this.#pools) pool.on("connect", (client) => this.#watch(client));
    this.leases = new TableLeases({ pool: this.#pipelined, log, disconnected: () => undefined });
    const { clock } = this;
    const { seedKey, chainLength } = options;
    const pools = { pool: this.#pool, pipelined: this.#pipelined };
    const shared = { ...pools, clock, log, seedKey, chainLength, afterCommit: AFTER_COMMIT };
    this.stores = createPostgresTableStores(shared);
    const chips = { startingChips: STARTING_CHIPS, dailyChips: DAILY_CHIPS };
    this.players = createPlayers({ pool: this.#pool, clock, ...chips });
  }

  get host(): NewHost {
    if (this.#host === null) throw new Error("the process runs no table yet");
    return this.#host;
  }

  get epoch(): number | undefined {
    return this.#lease?.epoch;
  }

  /** Takes the table's lease as soon as it is free. */
  async take(): Promise<Lease> {
    await expect.poll(() => this.#takeFree(), { interval: 5, timeout: 10_000 }).not.toBeNull();
    return this.#lease as Lease;
  }

  /** Takes the table's lease, which has to be free now. */
  async takeAtOnce(): Promise<void> {
    expect(await this.#takeFree(), "the lease is not free").not.toBeNull();
  }

  async #takeFree(): Promise<Lease | null> {
    const [lease] = await this.leases.take([this.#options.config.tableId]);
    this.#lease ??= lease ?? null;
    return this.#lease;
  }

  /** Takes the table and starts on it. */
  async start(): Promise<this> {
    const lease = this.#lease ?? (await this.take());
    this.#host = createHost({
      config: this.#options.config,
      clock: this.clock,
      store: this.stores.of(lease),
      random: () => 0,
      observer: {
        turned: () => undefined,
        unavailable: (_, what) => this.unanswered.push(what),
        froze: (_, error) => this.froze.push(error),
      },
    });
    this.#host.subscribe((event) => this.events.push(event));
    await this.#host.start();
    return this;
  }

  /** Lets the clock go on, timer by timer, until the table has come to `stage`. */
  async until(stage: Stage): Promise<void> {
    const look = () => {
      const now = this.host.state.stage;
      if (now !== stage) this.clock.next();
      return this.host.state.stage;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(stage);
  }

  /** Lets the clock go on until the table, which is paused, has started again. */
  async untilNotPaused(): Promise<void> {
    const look = () => {
      if (!this.host.state.bankAvailable) this.clock.next();
      return this.host.state.bankAvailable;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(true);
  }

  async bet(playerId: string, op: string, chips: readonly (readonly [string, number])[]) {
    return heard(await this.host.operate({ playerId, op, kind: "bet", chips }));
  }

  async operate(playerId: string, op: string, kind: "undo" | "double"): Promise<OperationReply> {
    return heard(await this.host.operate({ playerId, op, kind, chips: [] }));
  }

  /** Plans an end for when a statement comes to `place`; resolves when one has. */
  meets(end: End, place: Place): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#plan = { ...place, end, reached: resolve };
    this.#skipped = 0;
    return promise;
  }

  /** Dies now. */
  die(): void {
    this.#dead = true;
    for (const pool of this.#pools) {
      pool.connect = never;
      pool.query = never;
    }
    for (const client of this.#clients) socketOf(client).destroy();
    this.#clients.clear();
  }

  /** Dies as soon as the table tells of `stage`: between two effects of one step. */
  diesTelling(stage: Stage): void {
    this.host.subscribe(() => {
      if (this.host.state.stage === stage) this.die();
    });
  }

  /** Lets the clock go on until it is dead. */
  async untilDead(): Promise<void> {
    const look = () => {
      if (!this.#dead) this.clock.next();
      return this.#dead;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(true);
  }

  /** Lets the clock go on until the bank does not answer to `what`; from then on it can. */
  async untilUnanswered(what: string): Promise<void> {
    const look = () => {
      if (!this.#cutOff) this.clock.next();
      return this.unanswered;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toContain(what);
    this.reachesBank();
  }

  /** Reaches the bank again, where it was cut off. */
  reachesBank(): void {
    this.#cutOff = false;
  }

  /** Stops in good order, and gives the table up. */
  async stop(): Promise<void> {
    await this.host.stop();
    await this.release();
  }

  /** Lets the clock go on until the running round is over, and the host has stopped before the next. */
  async finish(): Promise<void> {
    let finished = false;
    void this.host.finish().then(() => {
      finished = true;
    });
    const look = () => {
      if (!finished) this.clock.next();
      return finished;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(true);
  }

  /** Gives the table up, to `receiver` where one is named. */
  async release(receiver: string | null = null): Promise<void> {
    if (this.#lease !== null) await this.leases.release([this.#lease], receiver);
  }

  /** Ends what is left of it, in good order where it lives. */
  async close(): Promise<void> {
    if (this.#still) this.die();
    if (this.#dead) return;
    await this.#host?.stop();
    this.leases.close();
    for (const pool of this.#pools) await pool.end();
  }

  get #pools(): readonly Pool[] {
    return [this.#pool, this.#pipelined];
  }

  #watch(client: PoolClient): void {
    if (this.#dead) {
      socketOf(client).destroy();
      return;
    }
    this.#clients.add(client);
    client.once("end", () => this.#clients.delete(client));
    const open = client as unknown as { query: Query };
    const query = open.query.bind(client);
    /** The statements of the transaction under way. */
    let transaction: string[] = [];
    open.query = (...parameters) => {
      const text = textOf(parameters[0]);
      if (text.startsWith("BEGIN")) transaction = [];
      transaction.push(text);
      if (isCopy(parameters[0])) {
        return this.#copy({ client, text, transaction }, parameters[0], query);
      }
      const last = parameters.at(-1);
      const answer = this.#send({ client, text, transaction }, () =>
        query(...(typeof last === "function" ? parameters.slice(0, -1) : parameters)),
      );
      if (typeof last !== "function") return answer;
      const callback = last as Callback;
      answer.then(
        (result) => callback(null, result),
        (error: Error) => callback(error),
      );
      return undefined;
    };
  }

  get #isGone(): boolean {
    return this.#dead || this.#still;
  }

  /** Whether it hears nothing of the bank, be it that it is gone or that it is cut off. */
  get #isDeaf(): boolean {
    return this.#isGone || this.#cutOff;
  }

  async #send(sent: Sent, send: () => unknown): Promise<unknown> {
    if (this.#isDeaf || this.#strikes("before", sent)) return this.#silence(sent.client);
    try {
      const answer = await send();
      if (this.#isDeaf || this.#strikes("after", sent)) return await this.#silence(sent.client);
      return answer;
    } catch (error) {
      if (this.#isGone) return never();
      throw error;
    }
  }

  /** Rows by COPY are a stream: it finishes when the database has them. */
  #copy(sent: Sent, stream: CopyStream, submit: Query): Writable {
    if (this.#isDeaf || this.#strikes("before", sent)) {
      const unheard = new Writable({ write: () => undefined });
      if (!this.#isGone) queueMicrotask(() => unheard.destroy(lost()));
      return unheard;
    }
    const finish = stream.handleReadyForQuery.bind(stream);
    const fail = stream.handleError.bind(stream);
    stream.handleReadyForQuery = () => {
      if (this.#isGone) return;
      if (!this.#strikes("after", sent)) finish();
      else if (!this.#isGone) stream.destroy(lost());
    };
    stream.handleError = (error) => {
      if (!this.#isGone) fail(error);
    };
    submit(stream);
    return stream;
  }

  /** Whether the plan is for here; it is carried out then. */
  #strikes(side: "before" | "after", { client, text, transaction }: Sent): boolean {
    const plan = this.#plan;
    if (plan === null || !plan.moment.startsWith(side)) return false;
    const isHere = plan.moment.endsWith("commit of")
      ? text === "COMMIT" && transaction.some((statement) => plan.statement.test(statement))
      : plan.statement.test(text);
    if (!isHere) return false;
    this.#skipped += 1;
    if (this.#skipped <= (plan.skipping ?? 0)) return false;
    this.#plan = null;
    if (plan.end === "death") this.die();
    else if (plan.end === "standstill") this.#still = true;
    else socketOf(client).destroy();
    if (plan.end === "cut off") this.#cutOff = true;
    plan.reached();
    return true;
  }

  /** What a caller hears of a statement that was cut off. */
  #silence(client: PoolClient): Promise<never> {
    if (this.#isGone) return never();
    socketOf(client).destroy();
    return Promise.reject(lost());
  }
}

const lost = () => new Error("Connection terminated unexpectedly");

function isCopy(query: unknown): query is CopyStream {
  return query instanceof Writable && "handleReadyForQuery" in query;
}

function textOf(query: unknown): string {
  if (typeof query === "string") return query;
  return typeof query === "object" && query !== null && "text" in query ? String(query.text) : "";
}

function socketOf(client: PoolClient): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}

/** What the player hears of a reply: an answer that was given before is the same. */
function heard(reply: OperationReply): OperationReply {
  return "answer" in reply ? { answer: reply.answer } : reply;
}
