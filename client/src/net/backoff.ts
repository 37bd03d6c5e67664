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
