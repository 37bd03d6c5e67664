/**
 * Cache-aside for public reads that many ask for at once: an answer is kept for a moment, as text, and
 * while one is being made everybody waits for that one.
 *
 * A house of several processes keeps it in Redis, and each process a copy, which ends when the one in
 * Redis does. What lies there is somebody else's word and has to have the answer's shape. Without
 * Redis each process makes its own.
 */
import type { z } from "zod";
import type { Clock } from "../platform/clock.ts";
import type { Found, SharedReads } from "./sharedReads.ts";
import { MAKING_MS } from "./sharedReads.ts";

/** An answer that is kept. There are few kinds of it: the key is never a player's to choose. */
export interface Read {
  readonly key: string;
  /** How old it may be. */
  readonly keptMs: number;
  /** What it looks like where it is for everyone; one that does not is neither shared nor believed. */
  readonly shape: z.ZodType<object>;
}

/** Makes an answer. */
export type Load = () => Promise<object> | object;

export interface Reads {
  /** The answer as JSON. Throws what `load` throws, to everyone who waits for it. */
  text(read: Read, load: Load): Promise<string>;
}

interface Kept {
  readonly text: Promise<string>;
  /** Epoch milliseconds; infinite while it is being made. */
  until: number;
}

interface Answer {
  readonly text: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

interface ForAll {
  readonly shared: SharedReads;
  /** When it was missing, by Redis' clock. */
  readonly at: number;
}

export interface ReadCacheOptions {
  readonly clock: Clock;
  /** Null where this process is the whole house. */
  readonly shared: SharedReads | null;
}

/** Between two looks for what another process is making: the first, growing, and the longest. */
const FIRST_LOOK_MS = 2;
const LAST_LOOK_MS = 20;
/** Characters of an answer; what is longer is none of ours. */
const LONGEST = 262_144;

export class ReadCache implements Reads {
  readonly #options: ReadCacheOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: ReadCacheOptions) {
    this.#options = options;
  }

  text(read: Read, load: Load): Promise<string> {
    const known = this.#kept.get(read.key);
    if (known !== undefined && this.#options.clock.now() < known.until) return known.text;
    const answer = this.#answer(read, load);
    const made: Kept = {
      text: answer.then(({ text }) => text),
      until: Number.POSITIVE_INFINITY,
    };
    this.#kept.set(read.key, made);
    answer.then(
      ({ until }) => {
        made.until = until;
      },
      () => {
        if (this.#kept.get(read.key) === made) this.#kept.delete(read.key);
      },
    );
    return made.text;
  }

  async #answer(read: Read, load: Load): Promise<Answer> {
    const { clock, shared } = this.#options;
    if (shared === null) return this.#make(read, load);
    const patientUntil = clock.now() + MAKING_MS;
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(2 * lookMs, LAST_LOOK_MS)) {
      const askedAt = clock.now();
      const found = await shared.find(read.key);
      const kept = found?.is === "kept" ? believed(read, found, askedAt) : null;
      if (kept !== null) return kept;
      if (found?.is === "kept") void shared.leave(read.key);
      if (found?.is === "missing") return this.#makeForAll(read, load, { shared, at: found.at });
      // A process that makes it for too long is waited for no more.
      if (found?.is !== "being made" || clock.now() >= patientUntil) return this.#make(read, load);
      await pause(clock, lookMs);
    }
  }

  async #make({ keptMs }: Read, load: Load): Promise<Answer> {
    const text = JSON.stringify(await load());
    return { text, until: this.#options.clock.now() + keptMs };
  }

  /** Nobody waits for Redis to take it. */
  async #makeForAll(read: Read, load: Load, { shared, at }: ForAll): Promise<Answer> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    try {
      const answer = await load();
      const text = JSON.stringify(answer);
      const now = clock.now();
      if (text.length <= LONGEST && read.shape.safeParse(answer).success) {
        void shared.keep(read.key, text, at + (now - startedAt) + read.keptMs);
      } else void shared.leave(read.key);
      return { text, until: now + read.keptMs };
    } catch (error) {
      void shared.leave(read.key);
      throw error;
    }
  }
}

/** Null for what is no answer of ours. */
function believed(
  { shape, keptMs }: Read,
  { text, leftMs }: Extract<Found, { is: "kept" }>,
  askedAt: number,
): Answer | null {
  // What has no end, or a later one, would be older than it may be.
  if (text.length > LONGEST || leftMs < 0 || leftMs > keptMs) return null;
  const parsed = shape.safeParse(parse(text)).data;
  return parsed === undefined ? null : { text: JSON.stringify(parsed), until: askedAt + leftMs };
}

function pause(clock: Clock, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.at(clock.now() + ms, resolve);
  return promise;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
