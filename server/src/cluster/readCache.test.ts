import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ManualClock } from "../testing/manualClock.ts";
import { ReadCache } from "./readCache.ts";
import { RedisAwayError } from "./redisHealth.ts";

const READ = { key: "answer", keptMs: 1_000 };
const SHARED = { ...READ, shape: z.object({ made: z.int() }) };

/** What a cache may ask of Redis, on a map; `away`: nothing is answered. */
function redisOn(entries: Map<string, string>, away = false) {
  const client = {
    get: async (key: string) => entries.get(key) ?? null,
    set: async (key: string, text: string) => entries.set(key, text),
  };
  const ask = async <Answer>(work: (client: never) => Promise<Answer>) => {
    if (away) throw new RedisAwayError("away");
    return work(client as never);
  };
  return { ask } as never;
}

function cacheWith(redis: never | null = null) {
  const clock = new ManualClock();
  const cache = new ReadCache({ clock, redis });
  let made = 0;
  const load = async () => ({ made: ++made });
  return { clock, cache, load };
}

describe("a public read", () => {
  it("is made once for all who wait, and again when it is too old", async () => {
    const { cache, clock, load } = cacheWith();
    const asked = Array.from({ length: 50 }, () => cache.text(READ, load));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['{"made":1}']));
    clock.advance(999);
    expect(await cache.text(READ, load)).toBe('{"made":1}');
    clock.advance(1);
    expect(await cache.text(READ, load)).toBe('{"made":2}');
  });

  it("is kept by its key", async () => {
    const { cache, load } = cacheWith();
    await cache.text(READ, load);
    expect(await cache.text({ ...READ, key: "other" }, load)).toBe('{"made":2}');
  });

  it("that fails fails for those who wait, and is made again for the next", async () => {
    const { cache, load } = cacheWith();
    const failing = () => Promise.reject(new Error("away"));
    const asked = [cache.text(READ, failing), cache.text(READ, load)];
    for (const answer of asked) await expect(answer).rejects.toThrow("away");
    expect(await cache.text(READ, load)).toBe('{"made":1}');
  });

  it("is shared by the processes of a house", async () => {
    const entries = new Map<string, string>();
    const [one, other] = [cacheWith(redisOn(entries)), cacheWith(redisOn(entries))];
    expect(await one.cache.text(SHARED, async () => ({ made: 7 }))).toBe('{"made":7}');
    expect(await other.cache.text(SHARED, other.load)).toBe('{"made":7}');
    expect(await other.cache.text({ ...READ, key: "own" }, other.load)).toBe('{"made":1}');
    expect([...entries.keys()]).toEqual(["croupier:cache:answer"]);
  });

  it.each(["", "no JSON", "null", '{"made":"<script>"}'])(
    "that lies in Redis in another shape is none: %s",
    async (text) => {
      const { cache, load } = cacheWith(redisOn(new Map([["croupier:cache:answer", text]])));
      expect(await cache.text(SHARED, load)).toBe('{"made":1}');
    },
  );

  it("is made without Redis where that is away", async () => {
    const { cache, load } = cacheWith(redisOn(new Map(), true));
    expect(await cache.text(SHARED, load)).toBe('{"made":1}');
  });
});
