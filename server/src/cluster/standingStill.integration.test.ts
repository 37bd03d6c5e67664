/** A process that stands still, and a Redis that does not: what it answered meanwhile is read, and counts. */
import { pino } from "pino";
import { expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { nextTurn } from "../platform/turn.ts";
import { connectToRedis } from "../testing/connectToRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { HousePresence } from "./housePresence.ts";
import { addressOf, colyseusConnection, REDIS_ANSWERS_MS } from "./redisAddress.ts";

/** Nothing of this process runs for longer than Redis may take. */
function standStill(): void {
  const until = systemClock.now() + REDIS_ANSWERS_MS + 200;
  while (systemClock.now() < until);
}

it("takes no answer that it had yet to read for one that did not come", async () => {
  const redis = await createOwnRedis();
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const { health, connection: own } = await connectToRedis(redis.url, { log });
  const connection = colyseusConnection(addressOf(redis.url), () => 0);
  const presence = new HousePresence({ connection, health, clock: systemClock, log });
  try {
    await health.untilOk();
    await redis.run("SET", "key", "here");
    let ends = 0;
    for (const one of [presence["pub"], presence["sub"]]) one.on("close", () => (ends += 1));
    for (const isSent of [true, false, true]) {
      const asked = [presence.probe(), own.ask((client) => client.ping()), presence.exists("key")];
      // The house's own client sends with the turn of the loop.
      if (isSent) await nextTurn();
      standStill();
      expect(await Promise.all(asked)).toEqual([undefined, "PONG", true]);
      expect(health.state).toBe("ok");
    }
    expect({ ends, lines }).toEqual({ ends: 0, lines: [] });
  } finally {
    own.close();
    presence.shutdown();
    await redis.close();
  }
});
