/** Which versions of Redis will do: older ones lack commands that the house uses. */
import { RedisUnfitError } from "./redisHealth.ts";

const OLDEST = { major: 6, minor: 2 };

/** What one says, in words only, that does not know how the client begins a connection. */
export const BEFORE_HELLO = /^ERR unknown command\b.*\bHELLO\b/i;

/**
 * Why it will not do; null where it will. A relative that counts otherwise shows by its answers whether
 * it does.
 *
 * @param version as Redis says it, such as `7.0.15`
 */
export function tooOld(version: string): RedisUnfitError | null {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return null;
  const newer = Number(major) - OLDEST.major || Number(minor) - OLDEST.minor;
  return newer < 0 ? refusal(version) : null;
}

/** For one that does not even say its version. */
export const muchTooOld = (): RedisUnfitError => refusal("of a version before 6");

function refusal(version: string): RedisUnfitError {
  const least = `${OLDEST.major}.${OLDEST.minor}`;
  return new RedisUnfitError(
    `${version}, and too old`,
    `REDIS_URL: this Redis is ${version}, and too old; it takes ${least} or later.`,
  );
}
