import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { connectOrExplain } from "./connect.ts";
import { isPassing } from "./errors.ts";
import { createPool, SERVER_ROLE } from "./pool.ts";
import { inTransaction } from "./transaction.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

describe("the pool", () => {
  it("reads a bigint as a number, and only an exact one", async () => {
    const { rows } = await database.pool.query("SELECT 9007199254740991::bigint AS most");
    expect(rows[0].most).toBe(Number.MAX_SAFE_INTEGER);
    await expect(database.pool.query("SELECT 9007199254740992::bigint")).rejects.toThrow(
      "not exact",
    );
  });

  it("outlives the end of an idle connection", async () => {
    const pool = createPool(database.url, createLogger("silent"), { most: 1 });
    const { rows } = await pool.query("SELECT pg_backend_pid() AS pid");
    // Without a listener of the pool's own its error would end the process; a test's would hide that.
    expect(pool.listenerCount("error")).toBeGreaterThan(0);
    await database.pool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
    await expect.poll(() => pool.totalCount).toBe(0);
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it.each([{}, { role: SERVER_ROLE }])(
    "has what it commits on disk, whatever the database or its user is set to: %j",
    async (options) => {
      const name = new URL(database.url).pathname.slice(1);
      await database.pool.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
      const url = new URL(database.url);
      url.searchParams.set("options", "-c synchronous_commit=off -c work_mem=7MB");
      for (const address of [database.url, url.href]) {
        const pool = createPool(address, createLogger("silent"), { ...options, most: 1 });
        const { rows } = await pool.query("SHOW synchronous_commit");
        expect(rows).toEqual([{ synchronous_commit: "on" }]);
        await pool.end();
      }
    },
  );

  it("plans what travels together once, however often it is asked for", async () => {
    const pool = createPool(database.url, createLogger("silent"), { pipeline: true, most: 1 });
    const asked = { name: "named", text: "SELECT count(*) FROM unnest($1::int[])", values: [[1]] };
    for (let times = 0; times < 3; times += 1) await pool.query(asked);
    const { rows } = await pool.query(
      "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'named'",
    );
    expect(rows).toEqual([{ generic_plans: 3, custom_plans: 0 }]);
    await pool.end();
  });

  it("explains a database that is not there, in one line", async () => {
    const pool = createPool("postgres://127.0.0.1:1/none", createLogger("silent"));
    await expect(connectOrExplain(pool)).rejects.toThrow(/^DATABASE_URL: .*ECONNREFUSED[^\n]*$/);
    await pool.end();
  });
});

describe("a transaction", () => {
  it("is rolled back by what its work throws, and its connection is clean after", async () => {
    const broken = inTransaction(database.pool, async (client) => {
      await client.query("CREATE TABLE half (id int)");
      throw new Error("enough");
    });
    await expect(broken).rejects.toThrow("enough");
    await expect(database.pool.query("SELECT FROM half")).rejects.toThrow("does not exist");
  });

  it("fails as passing when its connection is ended, and others are served", async () => {
    const ended = inTransaction(database.pool, async (client) => {
      const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
      await database.pool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
      await client.query("SELECT 1");
    });
    await expect(ended).rejects.toSatisfy(isPassing);
    expect((await database.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });
});
