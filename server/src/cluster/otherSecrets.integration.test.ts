/** Processes of one house have the same secrets: whichever is asked knows the others' players. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../platform/freePort.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { MainProcesses } from "../testing/mainProcess.ts";
import { clientAt } from "../testing/openTestHouse.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";

const STARTS_MS = 90_000;
const OTHERS = { JWT_SECRET: "another token secret for tests" };

const processes = new MainProcesses();
let database: TestDatabase;
let redis: OwnRedis;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  redis = await createOwnRedis();
});
afterEach(async () => {
  processes.killAll();
  await redis.close();
});

async function environment(more: Record<string, string> = {}): Promise<Record<string, string>> {
  const port = String(await freePort());
  return { DATABASE_URL: database.url, REDIS_URL: redis.url, PORT: port, ...more };
}

describe("beside a process that lives", () => {
  it.each([
    ["token secret", OTHERS],
    ["admin's password", { ADMIN_PASSWORD: "another password for tests" }],
  ])(
    "a start with another %s is refused in one line, which shows neither",
    async (_what, other) => {
      const address = (number: number) => ({ PUBLIC_ADDRESS: `play.example.org/p/${number}` });
      // With an address of its own, or with none.
      const own = other === OTHERS ? [address(1), address(2)] : [{}, {}];
      const first = processes.start(await environment(own[0]));
      const url = await first.open;
      const { user, token } = await clientAt(url).auth.signInAnonymously<{ playerId: string }>({
        name: "Ada",
      });
      const said = await processes.failing(await environment({ ...own[1], ...other }));
      expect(said).toMatch(/^JWT_SECRET or ADMIN_PASSWORD is another one than .*\n$/);
      for (const secret of Object.values(other)) expect(said).not.toContain(secret);
      const same = processes.start(await environment(own[1]));
      const answer = await fetch(`${await same.open}/api/me`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(await answer.json()).toMatchObject({ playerId: user.playerId });
      expect((await fetch(`${url}/ready`)).status).toBe(200);
    },
    STARTS_MS,
  );

  it(
    "of a version before, which tells nothing of its secrets, any start goes on",
    async () => {
      const first = processes.start(await environment());
      await first.open;
      // Its beats leave the mark alone.
      await database.pool.query("UPDATE processes SET secrets_mark = NULL");
      await processes.start(await environment(OTHERS)).open;
    },
    STARTS_MS,
  );
});

it(
  "a start with other secrets goes on where nobody else lives any more",
  async () => {
    const first = processes.start(await environment());
    await first.open;
    first.child.kill("SIGKILL");
    await first.ended;
    const second = processes.start(await environment(OTHERS));
    expect((await fetch(`${await second.open}/ready`)).status).toBe(200);
  },
  STARTS_MS,
);
