/** The one connection of a process's leases: when it is given up, and what it waits for. */
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPool, SERVER_ROLE } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import type { Lease } from "../tables/lease.ts";
import { LEASE_MS } from "../tables/lease.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import type { LosingProxy } from "../testing/losingProxy.ts";
import { createLosingProxy } from "../testing/losingProxy.ts";
import { TableLeases } from "./tableLeases.ts";

let database: TestDatabase;
let proxy: LosingProxy;
/** Through the proxy. */
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await createLosingProxy(database.url);
  pool = createPool(proxy.url, createLogger("silent"), { pipeline: true });
});
afterAll(async () => {
  await pool?.end();
  await proxy?.close();
  await database?.close();
});

let tables = 0;
let one: string;
let two: string;
let disconnected: number;
let own: TableLeases;
let other: TableLeases;
beforeEach(() => {
  tables += 1;
  one = `one-${tables}`;
  two = `two-${tables}`;
  disconnected = 0;
  const log = createLogger("silent");
  const counted = () => {
    disconnected += 1;
  };
  own = new TableLeases({ pool, log, disconnected: counted });
  other = new TableLeases({ pool: database.pipelined, log, disconnected: () => undefined });
});
afterEach(() => {
  own.close();
  other.close();
});

/** The backends that the leases of this test's tables name, which are there. */
async function backends(): Promise<readonly number[]> {
  const { rows } = await database.pool.query<{ pid: number }>(
    `SELECT DISTINCT pid FROM leases JOIN pg_stat_activity ON pid = backend
     WHERE table_id IN ($1, $2)`,
    [one, two],
  );
  return rows.map(({ pid }) => pid);
}

/** As if the database's clock had gone on by the life of a lease. */
async function outlive(): Promise<void> {
  await database.pool.query(
    `UPDATE leases SET expires_at = expires_at - $3 * interval '1 ms',
       renewed_at = renewed_at - $3 * interval '1 ms' WHERE table_id IN ($1, $2)`,
    [one, two, LEASE_MS],
  );
}

/** Does `work` while another transaction has done `statement`. */
async function during<Answer>(statement: string, work: () => Promise<Answer>): Promise<Answer> {
  const client = await database.pool.connect();
  try {
    await client.query("BEGIN");
    await client.query(statement, [one]);
    return await work();
  } finally {
    client.release(true);
  }
}
const LOCKED = "SELECT FROM leases WHERE table_id = $1 FOR UPDATE";
/** As a holder's writes have it. */
const IN_USE = "SELECT FROM leases WHERE table_id = $1 FOR KEY SHARE";

async function untilSomebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await database.pool.query(waiting)).rowCount).toBeGreaterThan(0);
}

describe("the connection of the leases", () => {
  it("outlives a statement that the database gave up, and so do the leases over it", async () => {
    const leases = await own.take([one, two]);
    const before = await backends();
    expect(before).toHaveLength(1);
    await during(LOCKED, async () => {
      await expect(own.renew(leases)).rejects.toThrow(BankUnavailableError);
      expect(await other.take([two])).toEqual([]);
    });
    expect(await own.renew(leases)).toHaveLength(2);
    expect(await backends()).toEqual(before);
    expect(disconnected).toBe(0);
  });

  it("says at once that it is lost, while something was asked or not", async () => {
    const [lease] = (await own.take([one])) as [Lease];
    await during(LOCKED, async () => {
      const renewed = own.renew([lease]);
      const refused = expect(renewed).rejects.toThrow(BankUnavailableError);
      await untilSomebodyWaits();
      await proxy.shut();
      await refused;
    });
    expect(disconnected).toBe(1);
    // Nothing was lost that was not there.
    await expect(own.renew([lease])).rejects.toThrow(BankUnavailableError);
    expect(disconnected).toBe(1);
    await proxy.open();
    expect(await own.renew([lease])).toEqual([lease]);
    await proxy.shut();
    await expect.poll(() => disconnected).toBe(2);
    await proxy.open();
    expect(await own.renew([lease])).toEqual([lease]);
  });

  it("says so where the database does not answer, and another one serves at once", async () => {
    const [lease] = (await own.take([one])) as [Lease];
    const [backend = 0] = await backends();
    process.kill(backend, "SIGSTOP");
    try {
      await expect(own.renew([lease])).rejects.toThrow(BankUnavailableError);
      expect(disconnected).toBe(1);
      expect(await own.renew([lease])).toEqual([lease]);
      expect(await backends()).not.toContain(backend);
    } finally {
      process.kill(backend, "SIGCONT");
    }
  });

  it("is given up once, however much was asked over it", async () => {
    const [lease] = (await own.take([one])) as [Lease];
    await during(LOCKED, async () => {
      const asked = Promise.allSettled([own.renew([lease]), own.take([two])]);
      await untilSomebodyWaits();
      await proxy.shut();
      await proxy.open();
      for (const { status } of await asked) expect(status).toBe("rejected");
      expect(disconnected).toBe(1);
    });
  });
});

describe("a takeover", () => {
  it.each([
    ["what the last holder has under way", IN_USE],
    ["a row that somebody holds on to", LOCKED],
  ])("does not wait for %s, and takes the rest", async (_, statement) => {
    await other.take([one, two]);
    await outlive();
    await during(statement, async () => {
      expect(await own.take([one, two])).toEqual([{ tableId: two, epoch: 2 }]);
    });
    await expect.poll(() => own.take([one])).toEqual([{ tableId: one, epoch: 2 }]);
  });

  describe("from a database whose clock was set back", () => {
    /** Where it shadows Postgres's own, it started an hour from now. */
    let shadowing: Pool;
    let looking: TableLeases;
    beforeAll(async () => {
      await database.pool.query(`CREATE FUNCTION public.pg_postmaster_start_time() RETURNS timestamptz
        LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() + interval '1 hour' $$`);
      await database.pool.query(
        "GRANT EXECUTE ON FUNCTION public.pg_postmaster_start_time TO PUBLIC",
      );
      const url = new URL(database.url);
      url.searchParams.set("options", "-c search_path=public,pg_catalog");
      const options = { role: SERVER_ROLE, pipeline: true };
      shadowing = createPool(url.href, createLogger("silent"), options);
    });
    afterAll(() => shadowing?.end());
    beforeEach(() => {
      const log = createLogger("silent");
      looking = new TableLeases({ pool: shadowing, log, disconnected: () => undefined });
    });
    afterEach(() => looking.close());

    it("is of a dead holder's tables, at once", async () => {
      await other.take([one]);
      expect(await looking.take([one])).toEqual([]);
      other.close();
      await expect.poll(() => looking.take([one])).toEqual([{ tableId: one, epoch: 2 }]);
    });

    it("is of a hanging holder's tables, when their leases end", async () => {
      await other.take([one]);
      expect(await looking.take([one])).toEqual([]);
      await outlive();
      expect(await looking.take([one])).toEqual([{ tableId: one, epoch: 2 }]);
    });
  });
});
