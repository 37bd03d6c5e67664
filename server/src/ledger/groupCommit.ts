/**
 * Group commit: operations of all tables of this process share transactions.
 *
 *   idle ──(first operation)──▶ flushing ──(nothing waits)──▶ idle
 *                                  │ ▲
 *      (the answer to COMMIT lost) ▼ │ (found out)
 *                                resolving
 *
 * One flush is under way at a time; whatever arrives meanwhile goes into the next one. So the size of
 * a batch follows the load by itself, and nobody waits for a timer. Nothing waits long for a
 * database that is away: a flush that fails before its COMMIT, what waits behind it, and all that
 * arrives while an unknown outcome is being found out, is answered as unavailable.
 */
import { hash, randomUUID } from "node:crypto";
import type { Posting } from "@croupier/shared/core/table/effects";
import { DatabaseError } from "pg";
import {
  asTablesKnow,
  CommitUnknownError,
  inOneLine,
  isPassing,
  tookTooLong,
} from "../db/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { RetryBounds } from "../platform/retry.ts";
import { retrying } from "../platform/retry.ts";
import { nextTurn } from "../platform/turn.ts";
import type { Lease } from "../tables/lease.ts";
import type { PostResult } from "../tables/store.ts";
import { BankUnavailableError, OutcomeUnknownError } from "../tables/store.ts";
import type { BatchPools } from "./postBatch.ts";
import { postBatch } from "./postBatch.ts";
import type { PostingEntry } from "./postings.ts";

/** Operations in one flush. */
const MOST_IN_FLUSH = 1_000;
/** Operations that wait for the next flush; more are answered as unavailable. */
const MOST_WAITING = 10_000;
/** A broken connection, or a lost race for a lock, is tried once more at once. */
const BEFORE_COMMIT = { tries: 2, firstMs: 10, longestMs: 10 };
/** Some 15 s where it answers at once: longer than the database keeps a transaction whose client is gone. */
const AFTER_COMMIT = { tries: 20, firstMs: 50, longestMs: 1_000 };
/** Where each asking takes its time, none begins after this: nobody else is served meanwhile. */
const FIND_OUT_MS = 20_000;

interface Waiting {
  readonly entry: PostingEntry;
  readonly resolve: (result: PostResult) => void;
  readonly reject: (error: Error) => void;
}

/** Tells those of a flush what became of it. */
type Tell = () => void;

export interface GroupCommitOptions extends BatchPools {
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests: how long it is tried to find out what became of a commit. */
  readonly afterCommit?: RetryBounds;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #state: "idle" | "flushing" | "resolving" = "idle";

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Posts one operation; resolves after its transaction committed. */
  post(lease: Lease, posting: Posting): Promise<PostResult> {
    if (this.#state === "resolving") return Promise.reject(unavailable("it lost a connection"));
    if (this.#waiting.length >= MOST_WAITING) {
      return Promise.reject(unavailable("too many operations wait"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<PostResult>();
    const content = hash("sha256", posting.content, "buffer");
    const entry = { lease, posting, content, ticket: randomUUID() };
    this.#waiting.push({ entry, resolve, reject });
    if (this.#state === "idle") {
      this.#state = "flushing";
      // What arrives in the same turn of the event loop goes along.
      queueMicrotask(() => void this.#flushAll());
    }
    return promise;
  }

  /**
   * The database works on the next flush while the last one's answers are told: they come a turn later,
   * as a pool hands out its connections only when nothing else is left to do in this one.
   */
  async #flushAll(): Promise<void> {
    let tell: Tell = () => undefined;
    while (this.#waiting.length > 0) {
      const flushed = this.#flush(this.#waiting.splice(0, MOST_IN_FLUSH));
      const told = nextTurn().then(tell);
      tell = await flushed;
      await told;
    }
    this.#state = "idle";
    tell();
  }

  /** Never throws: what it answers tells each of `batch` its result or its error. */
  async #flush(batch: readonly Waiting[]): Promise<Tell> {
    try {
      const results = await this.#commit(batch.map(({ entry }) => entry));
      return () => {
        for (const [index, { resolve, reject }] of batch.entries()) {
          const result = results[index] ?? new Error("a flush lost a result");
          if (result instanceof Error) reject(result);
          else resolve(result);
        }
      };
    } catch (error) {
      if (batch.length > 1 && !isPassing(error) && !(error instanceof OutcomeUnknownError)) {
        // One of them is a bug: the others must not suffer from it.
        await this.#flushEach(batch);
        return () => undefined;
      }
      const told = asTablesKnow(error);
      if (isAway(error)) this.#refuseWaiting(told);
      return () => {
        for (const { reject } of batch) reject(told);
      };
    }
  }

  /** One after the other; the first one that finds the database away answers for the rest as well. */
  async #flushEach(batch: readonly Waiting[]): Promise<void> {
    // They come before whatever waits already.
    const behind = this.#waiting.splice(0);
    this.#waiting = [...batch, ...behind];
    for (let left = batch.length; left > 0 && this.#waiting.length > 0; left -= 1) {
      (await this.#flush(this.#waiting.splice(0, 1)))();
    }
  }

  /** Nobody waits for what would take as long again; they may ask anew. */
  #refuseWaiting(told: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(told);
  }

  async #commit(entries: readonly PostingEntry[]): Promise<readonly (PostResult | Error)[]> {
    const { clock } = this.#options;
    const ask = () => postBatch(this.#options, entries, clock.now());
    try {
      const again = (error: unknown) =>
        isPassing(error) && !(error instanceof CommitUnknownError) && !tookTooLong(error);
      return await retrying(ask, BEFORE_COMMIT, again);
    } catch (error) {
      if (!(error instanceof CommitUnknownError)) throw error;
      return await this.#findOut(ask, error);
    }
  }

  /**
   * Asks for the same again until there is an answer. Asking locks the same accounts, so it waits for
   * a COMMIT that is still under way; what was committed is recognised by its ticket.
   */
  async #findOut(
    ask: () => Promise<readonly (PostResult | Error)[]>,
    lost: CommitUnknownError,
  ): Promise<readonly (PostResult | Error)[]> {
    const { clock, log, afterCommit = AFTER_COMMIT } = this.#options;
    log.warn({ reason: lost.message }, "lost the answer to a commit: asking again");
    const endsAt = clock.now() + FIND_OUT_MS;
    this.#state = "resolving";
    this.#refuseWaiting(unavailable("it lost a connection"));
    try {
      const again = (error: unknown) => isPassing(error) && clock.now() < endsAt;
      return await retrying(ask, afterCommit, again);
    } catch (error) {
      const told = `what became of a commit cannot be found out: ${inOneLine(error)}`;
      throw new OutcomeUnknownError(told, { cause: error });
    } finally {
      this.#state = "flushing";
    }
  }
}

/** What a database says that does not serve anybody: its connections, its resources, its time. */
const AWAY = /^(08|25|42501|53|57|58|XX)/;

/** True where the next flush would fare no better; a lost race for a lock is a flush's own. */
function isAway(error: unknown): boolean {
  if (!isPassing(error)) return false;
  return !(error instanceof DatabaseError) || AWAY.test(error.code ?? "");
}

function unavailable(reason: string): BankUnavailableError {
  return new BankUnavailableError(`the database is not available: ${reason}`);
}
