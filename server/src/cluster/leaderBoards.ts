/**
 * Who won most, as sorted sets in Redis: one for each UTC day, one for ever, one for the seven days
 * that end today.
 *
 * They are fed by events and know the place of the last one. The next one is added, one that is known
 * is left out, and where one is missing they are made anew from the books.
 */
import { assert } from "@croupier/shared/core/assert";
import type { Period } from "../players/statements.ts";
import { BoardBuild } from "./boardBuild.ts";
import type { PlacedEvent } from "./houseEvents.ts";
import {
  DAY_KEPT_S,
  dayOf,
  daysUntil,
  keysOf,
  netKey,
  PLACE,
  WEEK_KEPT_S,
  weekKey,
} from "./leaderKeys.ts";
import type { RedisConnection } from "./redisConnection.ts";

const LEADERS = 50;

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

  /** Begins to make them anew, from nothing; null where somebody else does. */
  build(): Promise<BoardBuild | null> {
    return BoardBuild.begin(this.#redis);
  }

  /** Once a day; from then on each round adds to it. */
  async #makeWeek(key: string, days: readonly string[]): Promise<void> {
    if ((await this.#redis.ask((client) => client.exists(key))) === 1) return;
    const [today = "", ...before] = days.map(netKey);
    await this.#redis.ask((client) => client.zUnionStore(key, [today, ...before]));
    await this.#redis.ask((client) => client.expire(key, WEEK_KEPT_S));
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
