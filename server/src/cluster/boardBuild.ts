/**
 * Leaderboards that are being made, beside those that are shown. Whoever makes them holds a lock with a
 * token of its own: everything that it writes is written only where that is still its lock, and renews
 * it. Who has lost it, whether by time, a flush or a restored past, has made nothing.
 */
import { randomUUID } from "node:crypto";
import type { LeaderRow } from "./leaderBoards.ts";
import { ASIDE, asideKeysOf, DAY_KEPT_S, LOCK, OLD_ASIDE, PLACE, PREFIX } from "./leaderKeys.ts";
import type { RedisConnection } from "./redisConnection.ts";

/** Longer than the statements of a slice may take, waiting for a connection included. */
const LOCK_MS = 30_000;
/** Redis does nothing else while it adds these: some milliseconds. */
const ROWS_AT_ONCE = 1_000;

/** What somebody won in some of the rounds, of one UTC day, or of days that no week has any more. */
export interface Results extends LeaderRow {
  /** As in `2026-11-21`. */
  readonly day: string | null;
}

/** Nothing is left of what was begun by somebody who did not end it. */
const BEGIN = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
for _, key in ipairs(redis.call('KEYS', ARGV[3] .. ':*')) do redis.call('UNLINK', key) end
return 1`;

/** Keys: lock, and the three of each span that the rows belong to. */
const ADD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
for at = 3, #ARGV, 4 do
  for first = 2, #KEYS, 3 do
    redis.call('ZINCRBY', KEYS[first], ARGV[at + 1], ARGV[at])
    redis.call('HINCRBY', KEYS[first + 1], ARGV[at], ARGV[at + 2])
    redis.call('HINCRBY', KEYS[first + 2], ARGV[at], ARGV[at + 3])
  end
end
return 1`;

/** In the place of the old ones in one step. Keys: lock, place. */
const FINISH = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local prefix, aside, oldAside = ARGV[3] .. ':', ARGV[4] .. ':', ARGV[6] .. ':'
for _, key in ipairs(redis.call('KEYS', prefix .. '*')) do
  if string.sub(key, 1, #oldAside) ~= oldAside then redis.call('UNLINK', key) end
end
for _, key in ipairs(redis.call('KEYS', aside .. '*')) do
  local span = string.sub(key, #aside + 1)
  redis.call('RENAME', key, prefix .. span)
  if string.sub(span, 1, 4) ~= 'all:' then redis.call('EXPIRE', prefix .. span, ARGV[5]) end
end
redis.call('SET', KEYS[2], ARGV[2])
return 1`;

const GIVE_UP = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

export class BoardBuild {
  readonly #redis: RedisConnection;
  readonly #token = randomUUID();

  private constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** Null where somebody else makes them. */
  static async begin(redis: RedisConnection): Promise<BoardBuild | null> {
    const build = new BoardBuild(redis);
    return (await build.#run(BEGIN, [LOCK], [LOCK_MS, ASIDE])) ? build : null;
  }

  /** Adds results, be they none, to what was added before; false where the lock is lost. */
  async add(results: readonly Results[]): Promise<boolean> {
    // A slice without results renews the lock as well.
    if (results.length === 0) return this.#addTo(null, []);
    for (const [day, rows] of Map.groupBy(results, (row) => row.day)) {
      for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
        if (!(await this.#addTo(day, rows.slice(at, at + ROWS_AT_ONCE)))) return false;
      }
    }
    return true;
  }

  /**
   * Shows what was added, up to the event in the place `seq`, in place of all that was shown; false where
   * the lock is lost.
   */
  finish(seq: number): Promise<boolean> {
    return this.#run(FINISH, [LOCK, PLACE], [seq, PREFIX, ASIDE, DAY_KEPT_S, OLD_ASIDE]);
  }

  /** Lets the next one begin. Where that cannot be told, the lock ends by itself. */
  async giveUp(): Promise<void> {
    try {
      await this.#run(GIVE_UP, [LOCK], []);
    } catch (error) {
      this.#redis.failed(error, "ending a rebuild");
    }
  }

  #addTo(day: string | null, rows: readonly Results[]): Promise<boolean> {
    const keys = [...asideKeysOf("all"), ...(day === null ? [] : asideKeysOf(day))];
    const added = rows.flatMap(({ playerId, net, staked, rounds }) => [
      playerId,
      -net,
      staked,
      rounds,
    ]);
    return this.#run(ADD, [LOCK, ...keys], [LOCK_MS, ...added]);
  }

  async #run(script: string, keys: string[], rest: readonly (string | number)[]): Promise<boolean> {
    const options = { keys, arguments: [this.#token, ...rest.map(String)] };
    return (await this.#redis.ask((client) => client.eval(script, options))) === 1;
  }
}
