/**
 * Whether Redis is there, over all connections of the process, and what the log is told: a line when
 * it goes, with its reason, and a line when it is back. However often a connection is tried, or comes
 * and goes, a reason is told once a minute.
 */
import {
  AbortError,
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ErrorReply,
  MultiErrorReply,
  ReconnectStrategyError,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
  TimeoutError,
} from "redis";
import { inOneLine } from "../db/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";

export type RedisState = "ok" | "away";

/** Redis did not answer, or refused to. */
export class RedisAwayError extends Error {
  override readonly name = "RedisAwayError";
}

/** Redis does not know this user or password, which only an operator puts right; in one line. */
export class RedisLoginError extends Error {
  override readonly name = "RedisLoginError";
}

/** Redis is there and is nothing for this house, which only an operator puts right; in one line. */
export class RedisUnfitError extends Error {
  override readonly name = "RedisUnfitError";
  /** What it is instead, for the log. */
  readonly what: string;

  constructor(what: string, message: string) {
    super(message);
    this.what = what;
  }
}

/**
 * What a call to Redis that failed says:
 * - `away`: it was not reached, or did not answer in time; the connection tells of it;
 * - `refused`: it is there, and cannot do what it is asked, whatever that is, or not for this user;
 * - `bug`: everything else, such as a value of another type, a script that fails, a mistake of ours.
 */
export type RedisFailure = "away" | "refused" | "bug";

const REFUSALS =
  /^(BUSY|CLUSTERDOWN|EXECABORT|LOADING|MASTERDOWN|MISCONF|NOPERM|NOREPLICAS|OOM|READONLY|TRYAGAIN)\b|^ERR max number of clients/;
/** To who has not been let in: the connection fails by it, and tells. */
const NOT_LET_IN = /^(NOAUTH|WRONGPASS)\b/;
/** What the client of `@colyseus/redis-*` says, in words only, where it has no connection. */
const NO_CONNECTION =
  /^(Command timed out|Command aborted due to connection close|Connection is closed|Socket timeout|Stream isn't writeable|Reached the max retries)/;
/** What the project's own client says, in words only, where Redis does not keep up. */
const NO_ROOM = /^The queue is full$/;
const OF_THE_NETWORK =
  /^(E(ADDR|AI_|CONN|HOST|NET|NOTFOUND|PIPE|PROTO|TIMEDOUT)|ERR_(SSL|STREAM|TLS)_)/;
const CLIENT_ERRORS = [
  AbortError,
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ReconnectStrategyError,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
  TimeoutError,
] as const;

/** Tells the three apart, whichever of the two clients failed. */
export function failureOf(error: unknown): RedisFailure {
  if (!(error instanceof Error)) return "bug";
  if (error instanceof RedisAwayError) return "away";
  if (CLIENT_ERRORS.some((kind) => error instanceof kind)) return "away";
  if ("code" in error && OF_THE_NETWORK.test(String(error.code))) return "away";
  if (error instanceof MultiErrorReply) {
    return [...error.errors()].every((one) => failureOf(one) === "refused") ? "refused" : "bug";
  }
  if (REFUSALS.test(error.message)) return "refused";
  const away = [NOT_LET_IN, NO_CONNECTION, NO_ROOM].some((words) => words.test(error.message));
  return away ? "away" : "bug";
}

/** True for what Redis itself said, and no call of ours or of the books. */
export const isRedisReply = (error: unknown): boolean => error instanceof ErrorReply;

/** In the health, beside the connections: that Redis is this house's. */
const CLAIM = "this house's claim";

const TOLD_AGAIN_MS = 60_000;
/** Different reasons that are told in that time. */
const MOST_REASONS = 4;

export class RedisHealth {
  readonly #log: Logger;
  readonly #clock: Pick<Clock, "now">;
  /** By connection: whether it is ready. */
  readonly #ready = new Map<string, boolean>();
  /** Reasons, and when they were told. */
  readonly #told = new Map<string, number>();
  readonly #toldBugs = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  readonly #settling = new Set<() => void>();
  /** Why Redis lets this process not in; null where it does, or has not been asked yet. */
  #notLetIn: string | null = null;
  /** Why it is nothing for this house; null where it is, or has not been asked yet. */
  #unfit: RedisUnfitError | null = null;
  /** An outage was told of, and not its end. */
  #tellsBack = false;
  #closed = false;

  constructor(log: Logger, clock: Pick<Clock, "now">) {
    this.#log = log;
    this.#clock = clock;
  }

  get state(): RedisState {
    return [...this.#ready.values()].every((ready) => ready) ? "ok" : "away";
  }

  /** False where Redis is another house's, or may be: then nothing is asked, told or heard there. */
  get isOurs(): boolean {
    return this.#ready.get(CLAIM) ?? true;
  }

  /** From now on it has to be claimed. */
  expectClaim(): void {
    this.expect(CLAIM);
  }

  /** Where it has to be claimed, it has to be again. */
  doubtClaim(): void {
    if (this.#ready.has(CLAIM)) this.expect(CLAIM);
  }

  claimed(): void {
    this.#unfit = null;
    this.ready(CLAIM);
  }

  /** It is nothing for this house: told once, until that is over. */
  found(refusal: RedisUnfitError): void {
    this.expect(CLAIM);
    if (this.#closed || this.#unfit?.what === refusal.what) return;
    this.#unfit = refusal;
    resolveAll(this.#settling);
    this.#tellsBack = true;
    this.#log.error(`Redis (REDIS_URL) is ${refusal.what}; tables go on without it`);
  }

  /** A connection that has yet to become ready. */
  expect(name: string): void {
    this.#ready.set(name, false);
  }

  ready(name: string): void {
    this.#ready.set(name, true);
    if (this.state === "away") return;
    this.#notLetIn = null;
    for (const waiting of [this.#waiting, this.#settling]) resolveAll(waiting);
    if (this.#tellsBack) this.#log.info("Redis is back");
    this.#tellsBack = false;
  }

  lost(name: string, reason: unknown): void {
    this.#ready.set(name, false);
    if (this.#closed) return;
    if (reason instanceof Error && NOT_LET_IN.test(reason.message)) {
      this.#tellNotLetIn(reason);
      return;
    }
    if (!this.#isNew(reason, this.#told)) return;
    this.#tellsBack = true;
    const told = { reason: inOneLine(reason) };
    this.#log.warn(told, "Redis (REDIS_URL) is away; tables go on without it");
  }

  /** Redis is there and refuses what it is asked for over and over, until it is `ready` for that. */
  refused(name: string, reason: unknown): void {
    this.#ready.set(name, false);
    const words = inOneLine(reason);
    if (this.#closed || !this.#isNew(`${name}: ${words}`, this.#told)) return;
    this.#tellsBack = true;
    this.#log.error(
      { reason: words },
      `Redis (REDIS_URL) refuses ${name}: other processes may not find this one's tables`,
    );
  }

  /**
   * Takes what a call failed with that nobody waits for, and tells what nothing else tells: that Redis
   * refuses, or that there is a bug.
   *
   * @param what was asked of Redis, for people
   */
  failed(error: unknown, what: string): RedisFailure {
    const failure = failureOf(error);
    if (this.#closed || failure === "away") return failure;
    if (failure === "refused" && this.#isNew(error, this.#told)) {
      const told = { reason: inOneLine(error) };
      this.#log.warn(told, "Redis (REDIS_URL) refuses what it is asked");
    }
    if (failure === "bug" && this.#isNew(error, this.#toldBugs)) {
      this.#log.error({ err: error, what }, "a bug in what is asked of Redis");
    }
    return failure;
  }

  /** Why Redis lets this process not in, in words of Redis; null where it does, as far as is known. */
  get notLetIn(): string | null {
    return this.#notLetIn;
  }

  /** Why it is nothing for this house; null where it is, as far as is known. */
  get unfit(): RedisUnfitError | null {
    return this.#unfit;
  }

  /** Resolves once all connections are ready, or one is not let in, or Redis is found unfit. */
  untilSettled(): Promise<void> {
    if (this.state === "ok" || this.#notLetIn !== null || this.#unfit !== null) {
      return Promise.resolve();
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#settling.add(resolve);
    return promise;
  }

  /** Resolves once all connections are ready. */
  untilOk(): Promise<void> {
    if (this.state === "ok") return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    return promise;
  }

  /** From here on connections end because they should. */
  close(): void {
    this.#closed = true;
  }

  /** Once, however many connections try, and how often, until all of them are let in. */
  #tellNotLetIn(reason: Error): void {
    if (this.#notLetIn !== null) return;
    this.#notLetIn = inOneLine(reason);
    this.#tellsBack = true;
    this.#log.error(
      { reason: this.#notLetIn },
      "Redis (REDIS_URL) knows this user or password not; tables go on without it",
    );
    resolveAll(this.#settling);
  }

  #isNew(reason: unknown, told: Map<string, number>): boolean {
    const now = this.#clock.now();
    for (const [words, at] of told) {
      if (now - at >= TOLD_AGAIN_MS) told.delete(words);
    }
    const words = inOneLine(reason);
    if (told.has(words) || told.size >= MOST_REASONS) return false;
    told.set(words, now);
    return true;
  }
}

function resolveAll(waiting: Set<() => void>): void {
  for (const resolve of waiting) resolve();
  waiting.clear();
}
