/**
 * Who won most, as sorted sets in Redis: one for each UTC day, one for ever, one for the seven days
 * that end today.
 *
 * They are fed by events and know the place of the last one. The next one is added, one that is known
 * is left out, and where one is missing they are made anew from the books.
 */
import { assert } from "@croupier/shared/core/assert";
import type { Period } from "../players/statements.ts";
import type { PlacedEvent } from "./houseEvents.ts";
import type { RedisConnection } from "./redisConnection.ts";

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const LEADERS = 50;
/** A day is kept for as long as it belongs to some week, and a little longer. */
const DAY_KEPT_S = ((WEEK_DAYS + 2) * DAY_MS) / 1_000;
const REBUILD_LOCK_MS = 120_000;
const ROWS_AT_ONCE = 1_000;

const PREFIX = "croupier:leaders";
const PLACE = `${PREFIX}:place`;
const LOCK = `${PREFIX}:rebuilding`;

/** The sets of one span: net chips (below zero, so that the best come first), stakes, rounds. */
const PARTS = ["net", "staked", "rounds"] as const;
const keysOf = (span: string): string[] => PARTS.map((part) => `${PREFIX}:${span}:${part}`);

/** Adds the results of one round, where it is the next. Keys: place, all (3), day (3), week's net. */
const APPLY = `
local place = tonumber(redis.call('GET', KEYS[1]))
local seq = tonumber(ARGV[1])
if not place then return 'missing' end
if seq <= place then return 'known' end
if seq > place + 1 then return 'missing' end
local inWeek = ARGV[3] == '1' and redis.call('EXISTS', KEYS[8]) == 1
for at = 4, #ARGV, 3 do
  local player, net, staked = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  for _, first in ipairs({2, 5}) do
    redis.call('ZINCRBY', KEYS[first], -net, player)
    redis.call('HINCRBY', KEYS[first + 1], player, staked)
    redis.call('HINCRBY', KEYS[first + 2], player, 1)
  end
  if inWeek then redis.call('ZINCRBY', KEYS[8], -net, player) end
end
for at = 5, 7 do redis.call('EXPIRE', KEYS[at], ARGV[2]) end
redis.call('SET', KEYS[1], seq)
return 'added'`;

export type Applied = "added" | "known" | "missing";

export interface LeaderRow {
  readonly playerId: string;
  readonly net: number;
  readonly staked: number;
  readonly rounds: number;
}

/** All that the books say, up to a place. */
export interface LeaderBooks {
  readonly seq: number;
  readonly all: readonly LeaderRow[];
  /** By UTC day, as in `2026-11-21`. */
  readonly days: ReadonlyMap<string, readonly LeaderRow[]>;
}

/** Every method throws `RedisAwayError`, and where there is a bug what Redis says of it. */
export class LeaderBoards {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** The place of the last event that they have; null where they are not there. */
  async place(): Promise<number | null> {
    const place = await this.#redis.ask((client) => client.get(PLACE));
    return place === null ? null : Number(place);
  }

  /** They are not there any more. */
  async forget(): Promise<void> {
    await this.#redis.ask((client) => client.del(PLACE));
  }

  /** @param now epoch milliseconds */
  async apply({ seq, event }: PlacedEvent, now: number): Promise<Applied> {
    const day = dayOf(event.at);
    const keys = [PLACE, ...keysOf("all"), ...keysOf(day), weekKey(now)];
    const inWeek = daysUntil(now).includes(day) ? "1" : "0";
    const args = [seq, DAY_KEPT_S, inWeek, ...event.results.flat()].map(String);
    const applied = await this.#redis.ask((client) =>
      client.eval(APPLY, { keys, arguments: args }),
    );
    assert(
      applied === "added" || applied === "known" || applied === "missing",
      "the script's word",
    );
    return applied;
  }

  /** The best of a period; null where the boards are not there. */
  async top(period: Period, now: number): Promise<readonly LeaderRow[] | null> {
    const today = dayOf(now);
    const days = period === "week" ? daysUntil(now) : [];
    const key = period === "week" ? weekKey(now) : netKey(period === "all" ? "all" : today);
    if ((await this.place()) === null) return null;
    if (period === "week") await this.#makeWeek(key, days);
    const best = await this.#redis.ask((client) => client.zRangeWithScores(key, 0, LEADERS - 1));
    const spans = period === "week" ? days : [period === "all" ? "all" : today];
    return this.#withTotals(
      best.map(({ value, score }) => [value, -score] as const),
      spans,
    );
  }

  /**
   * Makes the boards anew, unless another process is about to. Whoever asks for them meanwhile finds
   * the old ones, or none.
   */
  async rebuild(read: () => Promise<LeaderBooks>): Promise<boolean> {
    const lock = await this.#redis.ask((client) =>
      client.set(LOCK, "1", {
        condition: "NX",
        expiration: { type: "PX", value: REBUILD_LOCK_MS },
      }),
    );
    if (lock === null) return false;
    try {
      await this.#write(await read());
      return true;
    } finally {
      // Where it cannot be given back it ends by itself.
      await this.#redis
        .ask((client) => client.del(LOCK))
        .catch((error: unknown) => this.#redis.failed(error, "ending a rebuild"));
    }
  }

  /** Aside first, and in the place of the old ones in one step. */
  async #write({ seq, all, days }: LeaderBooks): Promise<void> {
    const spans = [["all", all] as const, ...days];
    const made: string[] = [];
    await this.#delete(await this.#keys(`${PREFIX}:new:*`));
    for (const [span, rows] of spans) {
      const aside = keysOf(`new:${span}`);
      for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
        await this.#fill(aside, rows.slice(at, at + ROWS_AT_ONCE));
      }
      if (rows.length > 0) made.push(span);
    }
    const old = (await this.#keys(`${PREFIX}:*`)).filter(
      (key) => key !== LOCK && !key.startsWith(`${PREFIX}:new:`),
    );
    await this.#redis.ask((client) => {
      const step = client.multi();
      if (old.length > 0) step.del(old);
      for (const span of made) {
        const [from, to] = [keysOf(`new:${span}`), keysOf(span)];
        for (const [at, key] of from.entries()) {
          step.rename(key, to[at] ?? key);
          if (span !== "all") step.expire(to[at] ?? key, DAY_KEPT_S);
        }
      }
      return step.set(PLACE, String(seq)).exec();
    });
  }

  async #fill([net = "", staked = "", rounds = ""]: string[], rows: readonly LeaderRow[]) {
    const members = rows.map(({ playerId, net: score }) => ({ value: playerId, score: -score }));
    await this.#redis.ask((client) => client.zAdd(net, members));
    const counts = (of: (row: LeaderRow) => number) =>
      rows.flatMap((row) => [row.playerId, String(of(row))] as const);
    await this.#redis.ask((client) =>
      client.hSet(
        staked,
        counts((row) => row.staked),
      ),
    );
    await this.#redis.ask((client) =>
      client.hSet(
        rounds,
        counts((row) => row.rounds),
      ),
    );
  }

  #keys(pattern: string): Promise<string[]> {
    return this.#redis.ask((client) => client.keys(pattern));
  }

  async #delete(keys: string[]): Promise<void> {
    if (keys.length > 0) await this.#redis.ask((client) => client.del(keys));
  }

  /** Once a day; from then on each round adds to it. */
  async #makeWeek(key: string, days: readonly string[]): Promise<void> {
    if ((await this.#redis.ask((client) => client.exists(key))) === 1) return;
    const [today = "", ...before] = days.map(netKey);
    await this.#redis.ask((client) => client.zUnionStore(key, [today, ...before]));
    await this.#redis.ask((client) => client.expire(key, (2 * DAY_MS) / 1_000));
  }

  async #withTotals(
    best: readonly (readonly [playerId: string, net: number])[],
    spans: readonly string[],
  ): Promise<readonly LeaderRow[]> {
    if (best.length === 0) return [];
    const playerIds = best.map(([playerId]) => playerId);
    const sums = async (part: 1 | 2): Promise<readonly number[]> => {
      const lists = await Promise.all(
        spans.map((span) =>
          this.#redis.ask((client) => client.hmGet(keysOf(span)[part] ?? "", playerIds)),
        ),
      );
      return playerIds.map((_, at) => lists.reduce((sum, list) => sum + Number(list[at] ?? 0), 0));
    };
    const [staked, rounds] = [await sums(1), await sums(2)];
    return best.map(([playerId, net], at) => ({
      playerId,
      net: net === 0 ? 0 : net,
      staked: staked[at] ?? 0,
      rounds: rounds[at] ?? 0,
    }));
  }
}

const netKey = (span: string): string => keysOf(span)[0] ?? "";
const weekKey = (now: number): string => `${PREFIX}:week:${dayOf(now)}:net`;

/** The UTC day of `at`, as in `2026-11-21`. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The days of the week that ends with the one of `now`, newest first. */
export function daysUntil(now: number): string[] {
  return Array.from({ length: WEEK_DAYS }, (_, back) => dayOf(now - back * DAY_MS));
}
