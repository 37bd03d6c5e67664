import { requestFromIPC, subscribeIPC } from "@colyseus/core";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { createLogger } from "../platform/log.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { HousePresence } from "./housePresence.ts";
import { addressOf, colyseusConnection } from "./redisAddress.ts";
import { RedisHealth } from "./redisHealth.ts";

let redis: OwnRedis;
beforeAll(async () => {
  redis = await createOwnRedis();
});
afterAll(() => redis.close());

const open: HousePresence[] = [];
afterEach(() => {
  for (const presence of open.splice(0)) presence.shutdown();
});

/** That of a process. */
async function openPresence(log: Logger = createLogger("silent")): Promise<HousePresence> {
  const health = new RedisHealth(log, systemClock);
  const connection = colyseusConnection(addressOf(redis.url), () => 0);
  const presence = new HousePresence({ connection, health, clock: systemClock, log });
  open.push(presence);
  await health.untilOk();
  return presence;
}

/** Longer than any test may take. */
const PATIENCE_MS = 600_000;
const ROOM = "$table-main";
const SEAT = ["session", {}, { playerId: "ada", name: "Ada" }];

const askForSeat = (presence: HousePresence): Promise<unknown> =>
  requestFromIPC(presence, ROOM, "_reserveSeat", SEAT, PATIENCE_MS);

describe("what one process asks of another one's room", () => {
  it("is answered by the process that has the room", async () => {
    const [one, other] = [await openPresence(), await openPresence()];
    await subscribeIPC(one, ROOM, async (method, args) => [method, args]);
    expect(await askForSeat(other)).toEqual(["_reserveSeat", SEAT]);
  });

  it("is not waited for where no process has it", async () => {
    const other = await openPresence();
    await expect(askForSeat(other)).rejects.toThrow("ipc_timeout");
  });

  it("is not waited for where the process that had it is gone", async () => {
    const [one, other] = [await openPresence(), await openPresence()];
    await subscribeIPC(one, ROOM, async () => true);
    expect(await askForSeat(other)).toBe(true);
    one.shutdown();
    await expect.poll(() => other.channels(ROOM)).toEqual([]);
    await expect(askForSeat(other)).rejects.toThrow("ipc_timeout");
  });

  it("is not asked where no answer could be heard: a seat would be kept for nobody", async () => {
    const [one, other] = [await openPresence(), await openPresence()];
    const asked: string[] = [];
    await subscribeIPC(one, ROOM, async (method) => asked.push(method));
    other["sub"].disconnect();
    await expect(askForSeat(other)).rejects.toThrow("ipc_timeout");
    // What was said before this is heard before it.
    expect(await askForSeat(await openPresence())).toBe(1);
  });

  it("is not waited for where it could not be asked", async () => {
    const [one, other] = [await openPresence(), await openPresence()];
    await subscribeIPC(one, ROOM, async () => true);
    other["pub"].disconnect();
    await expect(askForSeat(other)).rejects.toThrow("ipc_timeout");
  });

  it("is answered with the next connection where that of the room's process was cut", async () => {
    const [one, other] = [await openPresence(), await openPresence()];
    await subscribeIPC(one, ROOM, async () => {
      one["pub"].disconnect(true);
      return true;
    });
    expect(await askForSeat(other)).toBe(true);
  });

  it("leaves no topic behind, answered or not", async () => {
    const other = await openPresence();
    await askForSeat(other).catch(() => undefined);
    await expect.poll(() => other.channels("ipc:*")).toEqual([]);
  });
});

describe("what nobody waits for", () => {
  it("does not reject where it is a bug, and the log says so", async () => {
    const lines: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const presence = await openPresence(log);
    await redis.run("SET", "counts", "no counts");
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await presence.hset("counts", "one", "1")).toBe(false);
      expect(await presence.hgetall("counts")).toEqual({});
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"level":50,.*WRONGTYPE/);
  });
});
