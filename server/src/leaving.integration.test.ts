/** A process that ends while others are there, and those who sat at its table. */
import { CloseCode } from "@colyseus/core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { freePort } from "./platform/freePort.ts";
import type { TestDatabase } from "./testing/database.ts";
import { createTestDatabase } from "./testing/database.ts";
import type { Run } from "./testing/mainProcess.ts";
import { MainProcesses } from "./testing/mainProcess.ts";
import { clientAt, FAST_TABLE, sit } from "./testing/openTestHouse.ts";
import type { OwnRedis } from "./testing/ownRedis.ts";
import { createOwnRedis } from "./testing/ownRedis.ts";

const processes = new MainProcesses();
let database: TestDatabase;
let redis: OwnRedis;
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), createOwnRedis()]);
});
afterEach(() => processes.killAll());
afterAll(async () => {
  await redis.close();
  await database.close();
});

async function start(): Promise<{ readonly run: Run; readonly url: string }> {
  const port = await freePort();
  const run = processes.start({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PORT: String(port),
    PUBLIC_ADDRESS: `127.0.0.1:${port}`,
    TABLES: JSON.stringify([FAST_TABLE]),
  });
  return { run, url: await run.open };
}

it("seats those at the next process who come back through the one that ends", async () => {
  // The first one takes the only table.
  const leaving = await start();
  const next = await start();
  const client = clientAt(leaving.url);
  await client.auth.signInAnonymously({ name: "Ada" });
  const room = await sit({ client }, FAST_TABLE.id);
  room.reconnection.enabled = false;
  const left = new Promise((resolve) => room.onLeave(resolve));

  leaving.run.child.kill("SIGTERM");
  expect(await left).toBe(CloseCode.FAILED_TO_RECONNECT);
  const again = await sit({ client }, FAST_TABLE.id);
  expect(leaving.run.child.exitCode).toBeNull();
  expect(await leaving.run.ended).toBe(0);
  // It is the next one's seat: this one has ended.
  expect(await again.request("time", {})).toHaveProperty("now");
  again.reconnection.enabled = false;
  expect(next.run.child.exitCode).toBeNull();
});
