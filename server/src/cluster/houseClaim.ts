/**
 * Whose house a Redis is: two that share one would send each other's players to their tables, for
 * channels are shared by all databases of a Redis. So the first that comes puts its name there, in the
 * database 0 whichever it uses, and each of its processes renews that. The name ends by itself, with the
 * last process of the house.
 */
import type { RedisConnection } from "./redisConnection.ts";
import { RedisUnfitError } from "./redisHealth.ts";
import { tooOld } from "./redisVersion.ts";

/** How long a name counts that nobody renews, in milliseconds: no house loses it by standing still a while. */
const CLAIM_MS = 10_000;
const KEY = "croupier:house";

/**
 * Selecting is for the script alone. Where Redis is full a name that is there can still be renewed. The
 * name that the house had before gives way to the one that it has now. Answers 1 where that is there.
 */
const CLAIM = `
redis.call('SELECT', 0)
local held = redis.call('GET', KEYS[1])
if held == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
elseif not held or held == ARGV[2] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
else
  return 0
end
return 1`;

export interface HouseName {
  /** The same for all processes of a house, and for no others. */
  readonly now: string;
  /** What this process claimed Redis by the last time; the same, or empty, where there is no other. */
  readonly before: string;
}

/**
 * Makes Redis the house's from now on. Throws {@link RedisUnfitError} where another house lives in it or
 * it is too old, and `RedisAwayError`.
 */
export async function claimRedis(redis: RedisConnection, name: HouseName): Promise<void> {
  const { version } = await redis.askAnyway((client) => client.hello());
  const refusal = tooOld(version);
  if (refusal !== null) throw refusal;
  const script = { keys: [KEY], arguments: [name.now, name.before, String(CLAIM_MS)] };
  if ((await redis.askAnyway((client) => client.eval(CLAIM, script))) === 1) return;
  throw new RedisUnfitError(
    "another house's",
    `REDIS_URL: another house (another DATABASE_URL) lives in this Redis, which takes one alone, whichever of its databases they use: give this process a Redis of its own, or end the other house ${CLAIM_MS / 1_000} s before.`,
  );
}
