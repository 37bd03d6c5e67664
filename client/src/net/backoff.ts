/** Waits between attempts: longer each time, never all clients at once. */
const FIRST_MS = 250;
const LONGEST_MS = 8_000;

/**
 * Milliseconds before attempt `count + 1` (count from 1): doubled each time up to 8 s, of which a
 * random half is taken off so that clients that fell together do not come back together.
 *
 * @param random uniform in [0, 1)
 */
export function backoffMs(count: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(count - 1, 10));
  return Math.round(longest / 2 + (longest / 2) * random);
}

/** Who lost a room lost it together with everyone who was there. */
const SPREAD_MS = 500;

/**
 * Milliseconds before a lost room is joined anew for the first time.
 *
 * @param random uniform in [0, 1)
 */
export function spreadMs(random: number): number {
  return Math.round(SPREAD_MS * random);
}

/** No server has more of a crowd to spread than that. */
const LONGEST_AWAY_MS = 10_000;

/** A time to stay away as the server named it, in milliseconds; undefined where it named none. */
export function awayMs(named: number | undefined): number | undefined {
  if (typeof named !== "number" || !(named >= 0)) return undefined;
  return Math.min(named, LONGEST_AWAY_MS);
}
