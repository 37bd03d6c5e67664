/** What happens to operations whose COMMIT, or its answer, is lost on the way. */
import { asChips } from "@croupier/shared/core/chips";
import type { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import { readHistory } from "../rounds/history.ts";
import { createPostgresTableStores } from "../rounds/tableStore.ts";
import { Turns } from "../rounds/turns.ts";
import type { TableStore } from "../tables/store.ts";
import { BankUnavailableError } from "../tables/store.ts";
import { storeOfAnyTable } from "../testing/anyTable.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import type { LosingProxy } from "../testing/losingProxy.ts";
import { createLosingProxy } from "../testing/losingProxy.ts";
import { bet, lockAndDraw, openRound, tableConfig } from "../testing/rounds.ts";

let rig: BankRig;
let proxy: LosingProxy;
/** Through the proxy; the rig's own store goes straight. */
let pool: Pool;
let pipelined: Pool;
let store: TableStore;
let ada: string;

beforeEach(async () => {
  rig = await createBankRig();
  proxy = await createLosingProxy(rig.database.url);
  const log = createLogger("silent");
  pool = createPool(proxy.url, log);
  pipelined = createPool(proxy.url, log, { pipeline: true });
  const stores = createPostgresTableStores({ ...rig, pool, pipelined, log, chainLength: 5_000 });
  store = storeOfAnyTable(stores, rig.leaseOf);
  ada = (await rig.players.registerGuest({ name: "Ada" })).playerId;
  await store.prepareTable(tableConfig("one"));
  await openRound(rig, "one", 1);
});
afterEach(async () => {
  await pool.end();
  await pipelined.end();
  await proxy.close();
  await rig.database.close();
});

const operations = async () =>
  (await rig.database.pool.query("SELECT op FROM operations ORDER BY seq")).rows.map(
    ({ op }) => op,
  );

/** Resolves when so many statements wait for another transaction's lock. */
const waitingForLock = async (statements = 1) => {
  const waiting = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while (((await rig.database.pool.query(waiting)).rowCount ?? 0) < statements);
};

it("puts what arrives together into few transactions", async () => {
  const players = await Promise.all(
    Array.from({ length: 20 }, (_, index) => rig.players.registerGuest({ name: `Guest ${index}` })),
  );
  const posts = players.flatMap(({ playerId }) =>
    Array.from({ length: 10 }, (_, index) =>
      store.post("one", bet(playerId, { round: 1, op: `op-${index}`, stakeChange: 1 })),
    ),
  );
  await Promise.all(posts);
  const { rows } = await rig.database.pool.query(
    "SELECT count(*)::int AS posted, count(DISTINCT xmin::text)::int AS commits FROM operations",
  );
  expect(rows[0].posted).toBe(200);
  expect(rows[0].commits).toBeLessThanOrEqual(3);
});

it("has the database at work on the next flush before it answers the last one", async () => {
  let begun = 0;
  pipelined.on("acquire", () => {
    begun += 1;
  });
  const first = store.post("one", bet(ada, { round: 1, op: "a", stakeChange: 100 }));
  const begunAtAnswer = first.then(() => begun);
  while (begun === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = store.post("one", bet(ada, { round: 1, op: "b", stakeChange: 20 }));
  expect(await begunAtAnswer).toBe(2);
  await second;
  expect(begun).toBe(2);
});

describe.each(["answer", "pooler", "commit"] as const)("lost on the way: %s", (loss) => {
  it("is found out before a post answers, and chips move once", async () => {
    const lost = proxy.loseNext(loss);
    const results = await Promise.all([
      store.post("one", bet(ada, { round: 1, op: "a", stakeChange: 100 })),
      store.post("one", bet(ada, { round: 1, op: "b", stakeChange: 20 })),
    ]);
    await lost;
    expect(results).toEqual([
      { status: "posted", balance: STARTING_CHIPS - 100 },
      { status: "posted", balance: STARTING_CHIPS - 120 },
    ]);
    expect(await operations()).toEqual(["a", "b"]);
    expect(await rig.players.balance(ada)).toBe(STARTING_CHIPS - 120);
  });

  it("is found out before a settlement answers, and pays once", async () => {
    await store.post("one", bet(ada, { round: 1, stakeChange: 100 }));
    const bets = [{ playerId: ada, spot: "red", amount: asChips(100) }];
    const settling = await lockAndDraw({ ...rig, store }, "one", { round: 1, bets });
    const lost = proxy.loseNext(loss);
    const { balances } = await store.settleRound(settling);
    await lost;
    const due = STARTING_CHIPS - 100 + (settling.payouts[0]?.returned ?? -1);
    expect(balances).toEqual(new Map([[ada, due]]));
    expect(await rig.players.balance(ada)).toBe(due);
  });
});

describe("a table of the database that gets a column", () => {
  /** Does `work` while a migration has `table` to itself, until something waits for it. */
  async function meanwhile<Answer>(table: string, work: () => Promise<Answer>): Promise<Answer> {
    const migration = await rig.database.pool.connect();
    try {
      await migration.query(`BEGIN; ALTER TABLE ${table} ADD COLUMN added text`);
      const done = work();
      done.catch(() => undefined);
      await waitingForLock();
      await migration.query("COMMIT");
      return await done;
    } finally {
      migration.release();
    }
  }

  it.each(["accounts", "rounds", "operations", "transfers"])(
    "does not come between a bet and its posting: %s",
    async (table) => {
      const [first, second] = ["a", "b"].map((op) => bet(ada, { round: 1, op, stakeChange: 10 }));
      if (first === undefined || second === undefined) throw new Error("no bets");
      await store.post("one", first);
      const posted = await meanwhile(table, () => store.post("one", second));
      expect(posted).toEqual({ status: "posted", balance: STARTING_CHIPS - 20 });
    },
  );

  it.each(["accounts", "rounds", "bets", "transfers"])(
    "is no bug to a settlement, which is asked for again: %s",
    async (table) => {
      await store.post("one", bet(ada, { round: 1, stakeChange: 100 }));
      const bets = [{ playerId: ada, spot: "red", amount: asChips(100) }];
      const settling = await lockAndDraw({ ...rig, store }, "one", { round: 1, bets });
      const settle = () => store.settleRound(settling);
      const settled = await meanwhile(table, settle).catch((error: unknown) => {
        expect(error).toBeInstanceOf(BankUnavailableError);
        return settle();
      });
      expect([...settled.balances.keys()]).toEqual([ada]);
    },
  );
});

describe("a COMMIT that is still on its way", () => {
  it("is waited for: the asking again finds it done", async () => {
    const lost = proxy.loseNext("late");
    const posted = store.post("one", bet(ada, { round: 1, op: "a", stakeChange: 100 }));
    await lost;
    // What arrives while nobody knows is answered at once.
    await pool.query("SELECT 1");
    await waitingForLock();
    await expect(store.post("one", bet(ada, { round: 1 }))).rejects.toThrow(BankUnavailableError);
    proxy.deliver();
    expect(await posted).toEqual({ status: "posted", balance: STARTING_CHIPS - 100 });
    expect(await operations()).toEqual(["a"]);
  });

  it("is waited for where a round opens, which is then found open", async () => {
    const bets = [{ playerId: ada, spot: "red", amount: asChips(5) }];
    await store.post("one", bet(ada, { round: 1, stakeChange: 5 }));
    await store.settleRound(await lockAndDraw({ ...rig, store }, "one", { round: 1, bets }));
    const lost = proxy.loseNext("late");
    const opened = openRound({ ...rig, store }, "one", 2);
    await lost;
    await waitingForLock();
    proxy.deliver();
    expect(await opened).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is waited for by a table that starts again, which so knows of it", async () => {
    const lost = proxy.loseNext("late");
    const posted = store.post("one", bet(ada, { round: 1, op: "a", stakeChange: 100 }));
    await lost;
    const turns = new Turns(rig.database.pool);
    const history = readHistory({ turns, lease: await rig.leaseOf("one") });
    // The operation that is asked for again, and the history.
    await waitingForLock(2);
    proxy.deliver();
    const { unfinished } = await history;
    expect(unfinished?.operations.map(({ op }) => op)).toEqual(["a"]);
    await posted;
  });
});

describe("a database that is away", () => {
  it("is unavailable at once, moves nothing, and serves again when it is back", async () => {
    await proxy.shut();
    const posting = bet(ada, { round: 1, op: "a", stakeChange: 100 });
    await expect(store.post("one", posting)).rejects.toThrow(BankUnavailableError);
    await expect(store.ping()).rejects.toThrow(BankUnavailableError);
    expect(await operations()).toEqual([]);
    await proxy.open();
    await store.ping();
    const posted = { status: "posted", balance: STARTING_CHIPS - 100 };
    expect(await store.post("one", posting)).toEqual(posted);
  });
});

describe("the queue", () => {
  it("is bounded: what is too much is unavailable, and all the rest is posted", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 10_100 }, (_, index) =>
        store.post("one", bet(ada, { round: 1, op: `q${index}`, stakeChange: 1 })),
      ),
    );
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(100);
    expect(
      refused.every(
        (one) => one.status === "rejected" && one.reason instanceof BankUnavailableError,
      ),
    ).toBe(true);
    expect(await operations()).toHaveLength(10_000);
    expect(await rig.players.balance(ada)).toBe(0);
  });
});
