/**
 * Answers that the processes of a house share, in Redis. Whoever finds none makes it, and the others
 * wait for that one: so it is made once in its life, however many processes are asked.
 *
 * It lives from when it was made, and ends by Redis' own clock: to the time that whoever makes it was
 * told there, the maker adds how long that took. What a Redis that hung writes late ends no later.
 */
import type { RedisConnection } from "./redisConnection.ts";
import { RedisAwayError } from "./redisHealth.ts";

/** What Redis knows of an answer. */
export type Found =
  | { readonly is: "kept"; readonly text: string; readonly leftMs: number }
  /** Whoever is told so makes it. `at`: when that was, by Redis' clock. */
  | { readonly is: "missing"; readonly at: number }
  | { readonly is: "being made" };

/** None of the methods rejects: a Redis that is away is as one that knows nothing. */
export interface SharedReads {
  /** Null where Redis cannot say. */
  find(key: string): Promise<Found | null>;
  /** @param until by Redis' clock */
  keep(key: string, text: string, until: number): Promise<void>;
  /** It was not made, or is not for others, or what is there is none of ours. */
  leave(key: string): Promise<void>;
}

/**
 * Whoever makes an answer and is gone holds the others up for this long; so does who gave up asking a
 * Redis that hung, for whom it takes the place as it wakes. With the half second in which Redis may
 * answer this stays below a second.
 */
export const MAKING_MS = 300;

const FIND = `
local text = redis.call('GET', KEYS[1])
if text then return {text, redis.call('PTTL', KEYS[1])} end
if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[1]) then return {} end
local now = redis.call('TIME')
return {now[1] * 1000 + math.floor(now[2] / 1000)}`;

const keyOf = (key: string): string => `croupier:cache:${key}`;
const makingOf = (key: string): string => `${keyOf(key)}:making`;

export class RedisReads implements SharedReads {
  readonly #redis: Pick<RedisConnection, "ask" | "failed">;

  constructor(redis: Pick<RedisConnection, "ask" | "failed">) {
    this.#redis = redis;
  }

  async find(key: string): Promise<Found | null> {
    const keys = [keyOf(key), makingOf(key)];
    const asked = { keys, arguments: [String(MAKING_MS)] };
    const reply = await this.#try((client) => client.eval(FIND, asked));
    if (!Array.isArray(reply)) return null;
    const [first, leftMs] = reply as readonly unknown[];
    if (typeof first === "string") return { is: "kept", text: first, leftMs: Number(leftMs) };
    return typeof first === "number" ? { is: "missing", at: first } : { is: "being made" };
  }

  async keep(key: string, text: string, until: number): Promise<void> {
    const expiration = { type: "PXAT", value: until } as const;
    await this.#try((client) =>
      client.multi().set(keyOf(key), text, { expiration }).del(makingOf(key)).exec(),
    );
  }

  async leave(key: string): Promise<void> {
    await this.#try((client) => client.del([keyOf(key), makingOf(key)]));
  }

  async #try<Answer>(
    work: Parameters<typeof RedisConnection.prototype.ask<Answer>>[0],
  ): Promise<Answer | null> {
    try {
      return await this.#redis.ask(work);
    } catch (error) {
      if (!(error instanceof RedisAwayError)) this.#redis.failed(error, "a public read");
      return null;
    }
  }
}
