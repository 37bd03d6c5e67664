/** A process that ends while another one is there, and those who were in its rooms. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Room } from "@colyseus/sdk";
import { CloseCode } from "@colyseus/sdk";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { systemClock } from "./platform/clock.ts";
import type { TestDatabase } from "./testing/database.ts";
import { createTestDatabase } from "./testing/database.ts";
import type { Member } from "./testing/mainProcess.ts";
import { MainProcesses } from "./testing/mainProcess.ts";
import { adaAt, entryRefusal, FAST_TABLE, sit } from "./testing/openTestHouse.ts";
import type { OwnRedis } from "./testing/ownRedis.ts";
import { createOwnRedis } from "./testing/ownRedis.ts";

const processes = new MainProcesses();
const rooms = new Set<Room>();
let database: TestDatabase;
let redis: OwnRedis;
let leaving: Member;
let next: Member;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const start = (): Promise<Member> =>
  processes.startMember({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    TABLES: JSON.stringify([FAST_TABLE]),
  });

beforeEach(async () => {
  redis = await createOwnRedis();
  // The first one takes the only table; where there is another one it hands it over as it ends.
  leaving = await start();
  next = await start();
  const accepting = () =>
    database.pool.query("SELECT FROM processes WHERE accepts AND expires_at > now()");
  await expect.poll(accepting, { timeout: 10_000 }).toHaveProperty("rowCount", 2);
});
afterEach(async () => {
  for (const room of rooms) room.reconnection.enabled = false;
  rooms.clear();
  processes.killAll();
  await redis.close();
});

/** Whether somebody new gets a connection. */
async function isOpen({ url }: Member): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const opened = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return opened;
}

/** The code that the room is left with. */
function leftWith(room: Room): Promise<number> {
  room.reconnection.enabled = false;
  rooms.add(room);
  return new Promise((resolve) => room.onLeave(resolve));
}

it("seats those at the next process who come back through the one that ends", async () => {
  const client = await adaAt(leaving);
  const left = leftWith(await sit({ client }, FAST_TABLE.id));
  leaving.run.child.kill("SIGTERM");
  expect(await left).toBe(CloseCode.FAILED_TO_RECONNECT);
  const again = await sit({ client }, FAST_TABLE.id);
  rooms.add(again);
  expect(await leaving.run.ended).toBe(0);
  // The seat is the next one's: this one has ended.
  expect(await again.request("time", {})).toHaveProperty("now");
});

it("sends those in its lobby off before it ends, and lets nobody in there any more", async () => {
  const client = await adaAt(leaving);
  const left = leftWith(await client.join("lobby"));
  leaving.run.child.kill("SIGTERM");
  expect(await left).toBe(CloseCode.FAILED_TO_RECONNECT);
  expect(await entryRefusal(client.join("lobby"))).toEqual([
    503,
    expect.stringMatching(/^TABLE_PAUSED: /),
  ]);
  expect(await leaving.run.ended).toBe(0);
  rooms.add(await (await adaAt(next)).join("lobby"));
});

it("waits for nobody who has a seat in its lobby and did not come", async () => {
  const left = leftWith(await (await adaAt(leaving)).join("lobby"));
  const { status } = await fetch(`${leaving.url}/matchmake/join/lobby`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  expect(status).toBe(200);
  leaving.run.child.kill("SIGTERM");
  await left;
  expect(await leaving.run.ended).toBe(0);
  expect(leaving.run.output()).not.toContain("closing takes too long");
});

it("answers what it was asked before it ends", async () => {
  const lock = await database.pool.connect();
  await lock.query("BEGIN");
  await lock.query("LOCK TABLE players IN EXCLUSIVE MODE");
  const signedIn = adaAt(leaving);
  const waiting = () => lock.query("SELECT FROM pg_locks WHERE NOT granted");
  await expect.poll(waiting, { timeout: 10_000 }).toHaveProperty("rowCount", 1);
  leaving.run.child.kill("SIGTERM");
  await expect.poll(() => isOpen(leaving), { timeout: 20_000, interval: 10 }).toBe(false);
  await lock.query("ROLLBACK");
  lock.release();
  expect((await signedIn).auth.token).toBeTruthy();
  expect(await leaving.run.ended).toBe(0);
});

it("stays for nobody where it knows no way to others: Redis is away", async () => {
  const client = await adaAt(leaving);
  const left = leftWith(await sit({ client }, FAST_TABLE.id));
  await redis.kill();
  const isAway = async () => (await (await fetch(`${leaving.url}/ready`)).text()).includes("away");
  await expect.poll(isAway, { timeout: 10_000 }).toBe(true);
  leaving.run.child.kill("SIGTERM");
  await left;
  const since = systemClock.now();
  expect(await leaving.run.ended).toBe(0);
  expect(systemClock.now() - since).toBeLessThan(2_000);
});
