/**
 * Cache-aside for public reads that many ask for at once: an answer is kept for a moment, as text, and
 * while one is being made everybody waits for that one.
 *
 * What costs a query is kept in Redis too, for all processes. What lies there is somebody else's word
 * and has to have the answer's shape. Without Redis each process makes its own.
 */
import type { z } from "zod";
import type { Clock } from "../platform/clock.ts";
import type { RedisConnection } from "./redisConnection.ts";

/** An answer that is kept. There are few kinds of it: the key is never a player's to choose. */
export interface Read {
  readonly key: string;
  /** How old it may be. */
  readonly keptMs: number;
  /** What it looks like, where it is kept in Redis as well. */
  readonly shape?: z.ZodType<object>;
}

export interface Reads {
  /** The answer as JSON. Throws what `load` throws, to everyone who waits for it. */
  text(read: Read, load: () => Promise<object> | object): Promise<string>;
}

interface Kept {
  readonly text: Promise<string>;
  /** Epoch milliseconds; infinite while it is being made. */
  until: number;
}

export interface ReadCacheOptions {
  readonly clock: Pick<Clock, "now">;
  readonly redis: Pick<RedisConnection, "ask"> | null;
}

export class ReadCache implements Reads {
  readonly #options: ReadCacheOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: ReadCacheOptions) {
    this.#options = options;
  }

  text(read: Read, load: () => Promise<object> | object): Promise<string> {
    const { clock } = this.#options;
    const known = this.#kept.get(read.key);
    if (known !== undefined && clock.now() < known.until) return known.text;
    const made: Kept = { text: this.#make(read, load), until: Number.POSITIVE_INFINITY };
    this.#kept.set(read.key, made);
    made.text.then(
      () => {
        made.until = clock.now() + read.keptMs;
      },
      () => {
        if (this.#kept.get(read.key) === made) this.#kept.delete(read.key);
      },
    );
    return made.text;
  }

  async #make(read: Read, load: () => Promise<object> | object): Promise<string> {
    const shared = await this.#shared(read);
    if (shared !== null) return shared;
    const text = JSON.stringify(await load());
    if (read.shape !== undefined) this.#share(read, text);
    return text;
  }

  async #shared({ key, shape }: Read): Promise<string | null> {
    const { redis } = this.#options;
    if (redis === null || shape === undefined) return null;
    // A Redis that is away is as one that knows nothing.
    const text = await redis.ask((client) => client.get(keyOf(key))).catch(() => null);
    const parsed = text === null ? undefined : shape.safeParse(parse(text)).data;
    return parsed === undefined ? null : JSON.stringify(parsed);
  }

  #share({ key, keptMs }: Read, text: string): void {
    const expiration = { type: "PX", value: keptMs } as const;
    this.#options.redis
      ?.ask((client) => client.set(keyOf(key), text, { expiration }))
      .catch(() => undefined);
  }
}

function keyOf(key: string): string {
  return `croupier:cache:${key}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
