/**
 * Processes of one house have the same secrets, and each an address of its own: whichever is asked knows
 * the others' players. So it is with Redis and without, where one stands by for the other.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../platform/freePort.ts";
import { LEASE_MS } from "../tables/lease.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { MainProcesses } from "../testing/mainProcess.ts";
import { clientAt } from "../testing/openTestHouse.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";

const STARTS_MS = 120_000;
const PATIENT = { timeout: 30_000 };
const OTHERS = { JWT_SECRET: "another token secret for tests" };

const processes = new MainProcesses();
let database: TestDatabase;
let redis: OwnRedis;
beforeEach(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), createOwnRedis()]);
});
afterEach(async () => {
  processes.killAll();
  await Promise.all([database.close(), redis.close()]);
});

async function environment(more: Record<string, string> = {}): Promise<Record<string, string>> {
  const port = String(await freePort());
  return { DATABASE_URL: database.url, PORT: port, ...more };
}

const address = (number: number) => ({ PUBLIC_ADDRESS: `play.example.org/p/${number}` });

/** As if the life of a lease had passed, for whoever lives to show it again. */
async function outlived(): Promise<void> {
  await database.pool.query("UPDATE processes SET expires_at = expires_at - $1 * interval '1 ms'", [
    LEASE_MS,
  ]);
  const living = "SELECT FROM processes WHERE expires_at > clock_timestamp()";
  await expect.poll(async () => (await database.pool.query(living)).rowCount, PATIENT).toBe(1);
}

async function guestAt(url: string): Promise<{ playerId: string; token: string }> {
  const { user, token } = await clientAt(url).auth.signInAnonymously<{ playerId: string }>({
    name: "Ada",
  });
  return { playerId: user.playerId, token };
}

async function playerAt(url: string, token: string): Promise<unknown> {
  const answer = await fetch(`${url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
  return answer.json();
}

const ready = async (url: string): Promise<number> => (await fetch(`${url}/ready`)).status;

describe.each(["with Redis", "without Redis"])("beside a process that lives, %s", (how) => {
  it.each([
    ["token secret", OTHERS],
    ["admin's password", { ADMIN_PASSWORD: "another password for tests" }],
  ])(
    "a start with another %s is refused in one line, which shows neither",
    async (_what, other) => {
      const shared = how === "with Redis" ? { REDIS_URL: redis.url } : {};
      // With an address of its own, or with none.
      const own = other === OTHERS ? [address(1), address(2)] : [{}, {}];
      const first = processes.start(await environment({ ...shared, ...own[0] }));
      const url = await first.open;
      await outlived();
      const { playerId, token } = await guestAt(url);
      const second = { ...shared, ...own[1] };
      const said = await processes.failing(await environment({ ...second, ...other }));
      expect(said).toMatch(/^JWT_SECRET or ADMIN_PASSWORD is another one than .*\n$/);
      for (const secret of Object.values(other)) expect(said).not.toContain(secret);
      const same = processes.start(await environment(second));
      expect(await playerAt(await same.open, token)).toMatchObject({ playerId });
      await expect.poll(() => ready(url), PATIENT).toBe(200);
    },
    STARTS_MS,
  );
});

it(
  "a start at the public address of a process that lives is refused in one line, without Redis too",
  async () => {
    const first = processes.start(await environment(address(1)));
    const url = await first.open;
    await outlived();
    const said = await processes.failing(await environment(address(1)));
    expect(said).toMatch(/^PUBLIC_ADDRESS is .*another process .* has it;.*\n$/);
    await expect.poll(() => ready(url), PATIENT).toBe(200);
  },
  STARTS_MS,
);

it(
  "beside one of a version before, which tells nothing of its secrets, any start goes on",
  async () => {
    const first = processes.start(await environment({ REDIS_URL: redis.url }));
    await first.open;
    // Its beats leave the mark alone.
    await database.pool.query("UPDATE processes SET secrets_mark = NULL");
    await processes.start(await environment({ REDIS_URL: redis.url, ...OTHERS })).open;
  },
  STARTS_MS,
);

it.each([
  ["other secrets", "with Redis", OTHERS],
  ["other secrets", "without Redis", OTHERS],
  ["the same secrets and address", "without Redis", {}],
])(
  "a start with %s goes on at once where the last one was killed, %s",
  async (_what, how, other) => {
    const shared = how === "with Redis" ? { REDIS_URL: redis.url } : {};
    const first = processes.start(await environment({ ...shared, ...address(1) }));
    await first.open;
    first.child.kill("SIGKILL");
    await first.ended;
    // Its connection is gone; by its last sign of life alone it would count for longer than is waited.
    const { rowCount } = await database.pool.query(
      "UPDATE processes SET expires_at = clock_timestamp() + interval '1 hour'",
    );
    expect(rowCount).toBe(1);
    const second = processes.start(await environment({ ...shared, ...address(1), ...other }));
    const url = await second.open;
    // A round opens a moment later, where the seeds have to be made first.
    await expect.poll(() => ready(url), PATIENT).toBe(200);
  },
  STARTS_MS,
);

it(
  "one that stands by knows the other's players when it takes over",
  async () => {
    const first = processes.start(await environment());
    const { playerId, token } = await guestAt(await first.open);
    const second = processes.start(await environment());
    const url = await second.open;
    expect(await ready(url)).toBe(503);
    first.child.kill("SIGKILL");
    await expect.poll(() => ready(url), PATIENT).toBe(200);
    expect(await playerAt(url, token)).toMatchObject({ playerId });
  },
  STARTS_MS,
);
