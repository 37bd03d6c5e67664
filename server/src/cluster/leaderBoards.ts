/**
 * Who won most, as sorted sets in Redis: the best of each period, as the totals in Postgres have them,
 * and no more than are named. Each has the version of the totals that it was made of, so whoever looks
 * sees whether it has to be made anew.
 */
import type { Period } from "@croupier/shared/protocol/leaderboard";
import { PERIODS } from "@croupier/shared/protocol/leaderboard";
import type { LeaderRow, Leaders } from "./leaderTotals.ts";
import type { RedisConnection } from "./redisConnection.ts";

const PREFIX = "croupier:best";
/** Without it the boards are not there. */
export const BOARDS_VERSION = `${PREFIX}:version`;
/**
 * Players, each with stakes and rounds, by net chips: those below zero, so that the best come first, and
 * equals in the order of their ids.
 */
const keyOf = (period: Period): string => `${PREFIX}:${period}`;
/** Those of versions before, with everybody in them. */
const BEFORE = "croupier:leaders";

/** Every method throws `RedisAwayError`, and where there is a bug what Redis says of it. */
export class LeaderBoards {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** Of the totals that they were made of; null where they are not there. */
  async version(): Promise<string | null> {
    return this.#redis.ask((client) => client.get(BOARDS_VERSION));
  }

  /** In the place of the old ones, in one step; where Redis refuses that, as a full one does, without them. */
  async write(version: string, leaders: Leaders): Promise<void> {
    try {
      await this.#replace(version, leaders);
    } catch (error) {
      await this.#redis.ask((client) => client.del([BOARDS_VERSION, ...PERIODS.map(keyOf)]));
      throw error;
    }
  }

  /** The best of a period; null where the boards are not there. */
  async top(period: Period): Promise<readonly LeaderRow[] | null> {
    const [members, version] = await Promise.all([
      this.#redis.ask((client) => client.zRangeWithScores(keyOf(period), 0, -1)),
      this.version(),
    ]);
    if (version === null) return null;
    return members.map(({ value, score }) => {
      const [playerId = "", staked, rounds] = value.split(" ");
      const net = score === 0 ? 0 : -score;
      return { playerId, net, staked: Number(staked), rounds: Number(rounds) };
    });
  }

  /** A process of a version before that goes on beside this one makes its own anew. */
  async forgetThoseBefore(): Promise<void> {
    const script = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('UNLINK', key) end`;
    await this.#redis.ask((client) => client.eval(script, { keys: [], arguments: [`${BEFORE}*`] }));
  }

  async #replace(version: string, leaders: Leaders): Promise<void> {
    await this.#redis.ask((client) => {
      const steps = client.multi().del(PERIODS.map(keyOf));
      for (const period of PERIODS) {
        const members = leaders[period].map(({ playerId, net, staked, rounds }) => {
          return { value: `${playerId} ${staked} ${rounds}`, score: -net };
        });
        if (members.length > 0) steps.zAdd(keyOf(period), members);
      }
      return steps.set(BOARDS_VERSION, version).exec();
    });
  }
}
