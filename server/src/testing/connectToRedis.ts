/** A connection to the Redis of a test, as a process of the house makes it. */
import { addressOf } from "../cluster/redisAddress.ts";
import { RedisConnection } from "../cluster/redisConnection.ts";
import { RedisHealth } from "../cluster/redisHealth.ts";
import type { Clock } from "../platform/clock.ts";
import { systemClock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { createLogger } from "../platform/log.ts";

interface Process {
  /** What Redis does is told here; nowhere unless given. */
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** One that is ready, and what its process knows of Redis. Whoever asked for it closes it. */
export async function connectToRedis(
  url: string,
  { log = createLogger("silent"), clock = systemClock }: Process = {},
): Promise<{ readonly health: RedisHealth; readonly connection: RedisConnection }> {
  const health = new RedisHealth(log, clock);
  const connection = new RedisConnection({
    address: addressOf(url),
    health,
    clock,
    random: () => 0,
  });
  await health.untilOk();
  return { health, connection };
}
