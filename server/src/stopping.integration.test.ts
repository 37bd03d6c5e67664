/** A process that is asked to end while its database neither answers nor ends anything. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "./platform/clock.ts";
import type { Run } from "./testing/mainProcess.ts";
import { MainProcesses } from "./testing/mainProcess.ts";
import { clientAt, FAST_TABLE, sit, untilState } from "./testing/openTestHouse.ts";
import type { OwnPostgres } from "./testing/ownPostgres.ts";
import { createOwnPostgres } from "./testing/ownPostgres.ts";
import type { OwnRedis } from "./testing/ownRedis.ts";
import { createOwnRedis } from "./testing/ownRedis.ts";

/** Betting lasts for long enough to bet in it. */
const TABLE = { ...FAST_TABLE, id: "one", bettingMs: 1_500 };
const ROUND_MS = TABLE.bettingMs + TABLE.closingMs + TABLE.spinningMs + TABLE.resultMs;
const STOPS_WITHIN_MS = ROUND_MS + 10_000;

let postgres: OwnPostgres;
let redis: OwnRedis;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([createOwnPostgres(), createOwnRedis()]);
});
afterAll(async () => {
  await redis.close();
  await postgres.close();
});

const processes = new MainProcesses();
let wake: (() => Promise<void>) | null = null;
const wakeUp = async () => {
  await wake?.();
  wake = null;
};
afterEach(async () => {
  processes.killAll();
  await wakeUp();
});

const start = (shared: boolean): Run =>
  processes.start({
    DATABASE_URL: postgres.url,
    TABLES: JSON.stringify([TABLE]),
    ...(shared ? { REDIS_URL: redis.url } : {}),
  });

/** How it ended, and how long after the signal. */
async function stop({ child, ended }: Run) {
  const since = systemClock.now();
  child.kill("SIGTERM");
  return { code: await ended, tookMs: systemClock.now() - since };
}

describe("a process whose database hangs", { timeout: 90_000 }, () => {
  it.each([
    ["alone", false],
    ["one of two", true],
  ])("ends in its time, and has told nobody of a bet that is not there: %s", async (_, shared) => {
    const first = start(shared);
    const client = clientAt(await first.open);
    await client.auth.signInAnonymously({ name: "Ada" });
    const room = await sit({ client }, "one");
    room.reconnection.enabled = false;
    // By the next round but one each has heard of the other.
    if (shared) await start(true).open;
    const { round } = room.state;
    await untilState(room, (state) => state.round > round + 1 && state.phase === "betting");
    wake = await postgres.sleep();
    const bet = room.request("bet", { op: "in-flight", chips: [["straight:17", 25]] }).then(
      () => "committed",
      () => "not known",
    );
    const { code, tookMs } = await stop(first);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
    expect(await bet).toBe("not known");

    await wakeUp();
    const session = await postgres.session();
    const { rows } = await session.query("SELECT FROM operations WHERE op = 'in-flight'");
    await session.end();
    expect(rows).toEqual([]);
  });

  it("ends in its time where it cannot be opened", async () => {
    const killed = start(false);
    await killed.open;
    killed.child.kill("SIGKILL");
    await killed.ended;
    // Somebody holds on to the running round, with which the table would go on.
    const session = await postgres.session();
    await session.query("BEGIN");
    await session.query("SELECT FROM rounds WHERE status IN ('open', 'locked') FOR UPDATE");
    const opening = start(false);
    await expect.poll(opening.output, { timeout: 15_000 }).toContain("the bank does not answer");
    const { code, tookMs } = await stop(opening);
    await session.end();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(STOPS_WITHIN_MS);
    expect(opening.output()).not.toContain("Croupier is open");
  });
});
