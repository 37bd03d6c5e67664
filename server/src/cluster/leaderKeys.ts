/** Where the leaderboards lie in Redis, and the days that they are of. */

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
/** A day is kept for as long as it belongs to some week, and a little longer. */
export const DAY_KEPT_S = ((WEEK_DAYS + 2) * DAY_MS) / 1_000;
export const WEEK_KEPT_S = (2 * DAY_MS) / 1_000;

export const PREFIX = "croupier:leaders";
/** The place of the last event that they have. */
export const PLACE = `${PREFIX}:place`;
/** Who makes them anew, if anybody. */
export const LOCK = `${PREFIX}:rebuilding`;
/** Without these they are not there, nor is what somebody is making. */
export const WHOLE_BY = [PLACE, LOCK] as const;
/**
 * Those that are being made lie aside until they are whole: not below `PREFIX`, where a process of a
 * version before takes away what it does not know when it has made its own.
 */
export const ASIDE = `${PREFIX}-making`;
/** Where processes of versions before make theirs, without a look at whose the lock is. */
export const OLD_ASIDE = `${PREFIX}:new`;

/** The sets of one span: net chips (below zero, so that the best come first), stakes, rounds. */
const PARTS = ["net", "staked", "rounds"] as const;

export const keysOf = (span: string): string[] => PARTS.map((part) => `${PREFIX}:${span}:${part}`);
export const asideKeysOf = (span: string): string[] =>
  PARTS.map((part) => `${ASIDE}:${span}:${part}`);
export const netKey = (span: string): string => `${PREFIX}:${span}:net`;
export const weekKey = (now: number): string => netKey(`week:${dayOf(now)}`);

/** The UTC day of `at`, as in `2026-11-21`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The days of the week that ends with the one of `now`, newest first. */
export function daysUntil(now: number): string[] {
  return Array.from({ length: WEEK_DAYS }, (_, back) => dayOf(now - back * DAY_MS));
}
