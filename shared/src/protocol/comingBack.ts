/**
 * When players come back whose connection ended without a word. Who lost it mostly lost it together
 * with everyone else who was there, so each comes at a moment of their own: chance spreads them over
 * a time that the server named with the seat, longer for a greater crowd.
 */

/** The end of the old connection usually arrives before the new one then. */
const LEAST_MS = 100;
/** So long a spread even a crowd of nobody known has. */
const ALONE_MS = 100;
/** The spread where the server named none. */
const UNNAMED_MS = 500;
/** No server has more of a crowd to spread than that. */
const LONGEST_NAMED_MS = 10_000;
/** After knocks in vain: twice as long each time, up to this. */
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 5_000;
/** By the shortest pauses that chance gives, one goes on knocking for the 60 s that a seat is kept. */
const KNOCKS = 28;

/** A time in milliseconds as the server named it, within reason; undefined where it named none. */
export function namedMs(named: unknown): number | undefined {
  if (typeof named !== "number" || !(named >= 0)) return undefined;
  return Math.min(named, LONGEST_NAMED_MS);
}

/**
 * Milliseconds before a lost room is joined anew for the first time.
 *
 * @param withinMs the spread that the server named
 * @param random uniform in [0, 1)
 */
export function joinAnewMs(withinMs: number | undefined, random: number): number {
  return Math.round(spreadMs(withinMs) * evened(random));
}

/**
 * Milliseconds between a connection's end, or a knock in vain, and the next knock.
 *
 * @param knock from 1
 * @param withinMs the spread that the server named
 * @param random uniform in [0, 1)
 */
export function knockMs(knock: number, withinMs: number | undefined, random: number): number {
  if (knock === 1) return LEAST_MS + joinAnewMs(withinMs, random);
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (knock - 2));
  return Math.round(longest / 2 + (longest / 2) * random);
}

/** What is set of the SDK's reconnection of a room. */
export interface Reconnection {
  minUptime: number;
  minDelay: number;
  maxDelay: number;
  maxRetries: number;
  backoff: (attempt: number, delay: number) => number;
}

/**
 * Has the SDK knock at these moments. By itself it knocks 200, 400, 800 … ms after the end, and so does
 * everybody else; and it gives up at once what it has not had for 5 s.
 *
 * @param withinMs answers the spread that the server named last
 */
export function knockApart(
  reconnection: Reconnection,
  withinMs: () => number | undefined,
  random: () => number,
): void {
  reconnection.minUptime = 0;
  reconnection.minDelay = 0;
  reconnection.maxDelay = Number.POSITIVE_INFINITY;
  reconnection.maxRetries = KNOCKS;
  reconnection.backoff = (attempt) => knockMs(attempt, withinMs(), random());
}

function spreadMs(withinMs: number | undefined): number {
  return withinMs === undefined ? UNNAMED_MS : Math.max(withinMs, ALONE_MS);
}

/**
 * The time was named when the seat was taken, and a crowd grows: the first of them were told less than the
 * last. Tending to the later half of it, all of them together come about evenly.
 */
function evened(random: number): number {
  return Math.sqrt(random);
}
