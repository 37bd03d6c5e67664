/**
 * Whether Redis is there, over all connections of the process, and what the log is told: a line when
 * it goes, with its reason, and a line when it is back. However often a connection is tried, an
 * outage has few lines.
 */
import { inOneLine } from "../db/errors.ts";
import type { Logger } from "../platform/log.ts";

export type RedisState = "ok" | "away";

/** Redis did not answer, or refused to. */
export class RedisAwayError extends Error {
  override readonly name = "RedisAwayError";
}

/** Different reasons that one outage may give. */
const MOST_REASONS = 4;

export class RedisHealth {
  readonly #log: Logger;
  /** By connection: whether it is ready. */
  readonly #ready = new Map<string, boolean>();
  readonly #told = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(log: Logger) {
    this.#log = log;
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
    if (this.#told.size > 0) this.#log.info("Redis is back");
    this.#told.clear();
  }

  lost(name: string, reason: unknown): void {
    this.#ready.set(name, false);
    if (this.#closed) return;
    const told = reasonOf(reason);
    if (this.#told.has(told) || this.#told.size >= MOST_REASONS) return;
    this.#told.add(told);
    this.#log.warn({ reason: told }, "Redis (REDIS_URL) is away; tables go on without it");
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
}

/** The same words for the same reason, on whatever local port it was met. */
function reasonOf(reason: unknown): string {
  const code = reason instanceof Error && "code" in reason ? String(reason.code) : "";
  const line = inOneLine(reason);
  return code !== "" && !line.includes(code) ? `${code} ${line}`.trim() : line;
}
