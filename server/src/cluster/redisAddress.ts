/** `REDIS_URL` as the two clients take it, with the bounds that both are held to. */

/** How long Redis may take to answer anything; it answers within a millisecond or is away. */
export const REDIS_ANSWERS_MS = 500;
export const CONNECTS_MS = 2_000;
const LONGEST_PAUSE_MS = 1_000;

/** Where Redis is, and who asks. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: object;
}

/** @param url `redis://` or `rediss://`, as the configuration has checked */
export function addressOf(url: string): RedisAddress {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replaceAll(/[[\]]/g, "") || "localhost",
    port: Number(port || 6379),
    db: Number(/^\/(\d{1,4})$/.exec(pathname)?.[1] ?? 0),
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" ? { tls: {} } : {}),
  };
}

/**
 * The next pause before connecting again, in milliseconds: growing, bounded, and not the same for all.
 * Where a password is refused each try is the first one again, so that one is no short pause either.
 */
export function reconnectPauseMs(attempt: number, random: () => number): number {
  return Math.min(LONGEST_PAUSE_MS, 200 * 2 ** Math.min(attempt, 8)) * (0.5 + random() / 2);
}

/**
 * What a client of `@colyseus/redis-*` is made with. Nothing waits for a Redis that is away: there is
 * no queue to grow, and a command that gets no answer fails in its time by the connection's supervision.
 */
export function colyseusConnection(address: RedisAddress, random: () => number) {
  return {
    ...address,
    maxRetriesPerRequest: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // The presence does it itself, and hears of a failure.
    autoResubscribe: false,
    connectTimeout: CONNECTS_MS,
    // A connection that hangs is ended for good, whatever its other side does.
    disconnectTimeout: 100,
    keepAlive: 10_000,
    disableClientInfo: true,
    retryStrategy: (attempt: number) => reconnectPauseMs(attempt, random),
  };
}
