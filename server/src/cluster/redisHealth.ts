/**
 * Whether Redis is there, over all connections of the process, and what the log is told: a line when
 * it goes, with its reason, and a line when it is back. However often a connection is tried, or comes
 * and goes, a reason is told once a minute.
 */
import { inOneLine } from "../db/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";

export type RedisState = "ok" | "away";

/** Redis did not answer, or refused to. */
export class RedisAwayError extends Error {
  override readonly name = "RedisAwayError";
}

/** What Redis says where it is there and cannot do what it is asked, whatever that is. */
const REFUSALS = /^(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOAUTH|NOPERM|OOM|READONLY)\b/;

/** True where Redis said that it cannot now, or not for this user. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && REFUSALS.test(error.message);
}

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
  readonly #waiting = new Set<() => void>();
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

  /** A connection that has yet to become ready. */
  expect(name: string): void {
    this.#ready.set(name, false);
  }

  ready(name: string): void {
    this.#ready.set(name, true);
    if (this.state === "away") return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
    if (this.#tellsBack) this.#log.info("Redis is back");
    this.#tellsBack = false;
  }

  lost(name: string, reason: unknown): void {
    this.#ready.set(name, false);
    if (this.#closed || !this.#isNew(reason)) return;
    this.#tellsBack = true;
    const told = { reason: inOneLine(reason) };
    this.#log.warn(told, "Redis (REDIS_URL) is away; tables go on without it");
  }

  /** It is there, and does not do what it was asked; see {@link isRefusal}. */
  refused(reason: unknown): void {
    if (this.#closed || !this.#isNew(reason)) return;
    this.#log.warn({ reason: inOneLine(reason) }, "Redis (REDIS_URL) refuses what it is asked");
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

  #isNew(reason: unknown): boolean {
    const now = this.#clock.now();
    for (const [told, at] of this.#told) {
      if (now - at >= TOLD_AGAIN_MS) this.#told.delete(told);
    }
    const words = inOneLine(reason);
    if (this.#told.has(words) || this.#told.size >= MOST_REASONS) return false;
    this.#told.set(words, now);
    return true;
  }
}
