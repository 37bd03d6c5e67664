/**
 * The connections of a process that tests end: between two statements they close, stand still or are
 * cut off, nothing more is sent, and no answer is heard.
 */
import type { Socket } from "node:net";
import { Writable } from "node:stream";
import type { Pool, PoolClient } from "pg";
import { createPool, SERVER_ROLE } from "../db/pool.ts";
import type { Logger } from "../platform/log.ts";
import type { End, Place } from "./crashPlaces.ts";

interface Plan extends Place {
  readonly end: End;
  readonly reached: () => void;
}

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

export class MortalWires {
  readonly pool: Pool;
  readonly pipelined: Pool;
  readonly #clients = new Set<PoolClient>();
  #plan: Plan | null = null;
  #skipped = 0;
  #dead = false;
  #still = false;
  #cutOff = false;

  constructor(url: string, log: Logger) {
    this.pool = createPool(url, log, { role: SERVER_ROLE });
    this.pipelined = createPool(url, log, { role: SERVER_ROLE, pipeline: true });
    for (const pool of this.#pools) pool.on("connect", (client) => this.#watch(client));
  }

  get isDead(): boolean {
    return this.#dead;
  }

  get isStill(): boolean {
    return this.#still;
  }

  get isCutOff(): boolean {
    return this.#cutOff;
  }

  /** Plans an end for when a statement comes to `place`; resolves when one has. */
  meets(end: End, place: Place): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#plan = { ...place, end, reached: resolve };
    this.#skipped = 0;
    return promise;
  }

  /** All connections are gone, at once and for ever. */
  die(): void {
    this.#dead = true;
    for (const pool of this.#pools) {
      pool.connect = never;
      pool.query = never;
    }
    for (const client of this.#clients) socketOf(client).destroy();
    this.#clients.clear();
  }

  /** Reaches the bank again, where it was cut off. */
  reachBank(): void {
    this.#cutOff = false;
  }

  /** Ends them in good order. */
  async close(): Promise<void> {
    for (const pool of this.#pools) await pool.end();
  }

  get #pools(): readonly Pool[] {
    return [this.pool, this.pipelined];
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
