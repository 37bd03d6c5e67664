import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { ManualClock } from "../testing/manualClock.ts";
import { followIdentity } from "./identity.ts";
import type { Queryable } from "./transaction.ts";

let databases: readonly TestDatabase[];
beforeAll(async () => {
  databases = [await createTestDatabase(), await createTestDatabase()];
});
afterAll(() => Promise.all(databases.map((database) => database.close())));

/** What a server has that works as the server's role. */
function databaseAt(index: number): Queryable {
  const pool = databases[index]?.serverPool;
  if (pool === undefined) throw new Error("there are two");
  return pool;
}

/** An address behind which there may be another database later. */
function address(): { database: Queryable; readonly queryable: Queryable } {
  const behind = {
    database: databaseAt(0),
    queryable: { query: (text: string) => behind.database.query(text) } as never,
  };
  return behind;
}

describe("the identity of a database", () => {
  it("is its own, and the same each time", async () => {
    const [one, other] = await Promise.all(
      [0, 1].map((index) => followIdentity(databaseAt(index), new ManualClock())),
    );
    expect(await one?.()).toMatch(/^\d+\/test_\w+$/);
    expect(await one?.()).toBe(await one?.());
    expect(await other?.()).not.toBe(await one?.());
  });

  it("is another one as soon as another database is behind the address", async () => {
    const behind = address();
    const identity = await followIdentity(behind.queryable, new ManualClock());
    const before = await identity();
    behind.database = databaseAt(1);
    const other = await followIdentity(databaseAt(1), new ManualClock());
    expect(await identity()).toBe(await other());
    expect(await identity()).not.toBe(before);
  });

  it("is what it was while the database fails, or does not answer", async () => {
    const behind = address();
    const clock = new ManualClock();
    const identity = await followIdentity(behind.queryable, clock);
    const before = await identity();
    const answering = databaseAt(0);
    behind.database = { query: () => Promise.reject(new Error("it is gone")) } as never;
    expect(await identity()).toBe(before);
    behind.database = { query: () => new Promise(() => undefined) } as never;
    const asking = identity();
    clock.advance(500);
    expect(await asking).toBe(before);
    behind.database = answering;
    expect(await identity()).toBe(before);
  });
});
