/** The leases in a real database: who may take a table, and whose writes count. */
import { asChips } from "@croupier/shared/core/chips";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import { untilDeadAreKnown } from "../testing/databaseUp.ts";
import { bet, lockAndDraw, openRound, tableConfig } from "../testing/rounds.ts";
import type { Lease } from "./lease.ts";
import { LEASE_MS, StaleLeaseError } from "./lease.ts";
import type { TableStore } from "./store.ts";

let rig: BankRig;
let pool: Pool;
const processes: TableLeases[] = [];
beforeAll(async () => {
  rig = await createBankRig();
  pool = createPool(rig.database.url, createLogger("silent"), { pipeline: true });
  await untilDeadAreKnown(pool);
});
afterEach(() => {
  for (const process of processes.splice(0)) process.close();
});
afterAll(async () => {
  await pool?.end();
  await rig?.database.close();
});

/** The leases as another process would hold them. */
function newProcess(): TableLeases {
  const process = new TableLeases({
    pool,
    log: createLogger("silent"),
    disconnected: () => undefined,
  });
  processes.push(process);
  return process;
}

let tables = 0;
let tableId: string;
beforeEach(() => {
  tables += 1;
  tableId = `leased-${tables}`;
});

/** As if the database's clock had gone on. */
async function pass(elapsedMs: number): Promise<void> {
  const { rowCount } = await rig.database.pool.query(
    `UPDATE leases SET expires_at = expires_at - $2 * interval '1 ms',
       renewed_at = renewed_at - $2 * interval '1 ms' WHERE table_id = $1`,
    [tableId, elapsedMs],
  );
  expect(rowCount).toBe(1);
}

describe("a lease", () => {
  it("is one process's, for as long as that shows life", async () => {
    const [first, second] = [newProcess(), newProcess()];
    expect(await first.take([tableId])).toEqual([{ tableId, epoch: 1 }]);
    expect(await second.take([tableId])).toEqual([]);
    await pass(LEASE_MS - 1_000);
    expect(await first.renew([{ tableId, epoch: 1 }])).toEqual([{ tableId, epoch: 1 }]);
    await pass(LEASE_MS - 1_000);
    expect(await second.take([tableId])).toEqual([]);
  });

  it("passes to another once its time is over, under the next epoch", async () => {
    const [first, second] = [newProcess(), newProcess()];
    await first.take([tableId]);
    await pass(LEASE_MS);
    expect(await second.take([tableId])).toEqual([{ tableId, epoch: 2 }]);
    expect(await first.renew([{ tableId, epoch: 1 }])).toEqual([]);
    expect(await first.take([tableId])).toEqual([]);
  });

  it("comes back to a holder that was late, where nobody took it", async () => {
    const first = newProcess();
    const leases = await first.take([tableId]);
    await pass(10 * LEASE_MS);
    expect(await first.renew(leases)).toEqual(leases);
  });

  it("is free at once when it is given up, and when its holder's connection is gone", async () => {
    const [first, second, third] = [newProcess(), newProcess(), newProcess()];
    await first.release(await first.take([tableId]));
    expect(await second.take([tableId])).toEqual([{ tableId, epoch: 2 }]);
    expect(await third.take([tableId])).toEqual([]);
    second.close();
    await expect.poll(() => third.take([tableId])).toEqual([{ tableId, epoch: 3 }]);
  });

  it("is not given up by who does not hold it", async () => {
    const [first, second] = [newProcess(), newProcess()];
    const leases = await first.take([tableId]);
    await second.release(leases);
    expect(await second.take([tableId])).toEqual([]);
  });

  it("goes to one of many that ask at the same time", async () => {
    const processes = Array.from({ length: 8 }, newProcess);
    for (const race of Array(20).keys()) {
      const raced = `${tableId}-${race}`;
      const asked = processes.map((process) => process.take([raced]));
      expect((await Promise.all(asked)).flat()).toEqual([{ tableId: raced, epoch: 1 }]);
    }
  });

  it.each(["held", "given up"])("has no other holder under its epoch while %s", async (state) => {
    const first = newProcess();
    const leases = await first.take([tableId]);
    if (state === "given up") await first.release(leases);
    const server = rig.database.serverPool;
    const hand = "UPDATE leases SET holder = 'other', epoch = epoch + $2 WHERE table_id = $1";
    await expect(server.query(hand, [tableId, 0])).rejects.toThrow(
      `table ${tableId} gets another holder by the next epoch alone`,
    );
    await server.query(hand, [tableId, 1]);
    expect(await first.renew(leases)).toEqual([]);
  });

  it("is taken anew by a process that did not hear that it got it", async () => {
    const process = newProcess();
    await process.take([tableId]);
    expect(await process.take([tableId])).toEqual([{ tableId, epoch: 2 }]);
  });
});

describe("a stale holder", () => {
  let stale: TableStore;
  let current: TableStore;
  let ada: string;
  const round = 1;

  /** A round with a bet, of a table that has been taken over since. */
  beforeEach(async () => {
    ada = (await rig.players.registerGuest({ name: "Ada" })).playerId;
    const [first, second] = [newProcess(), newProcess()];
    const [lease] = await first.take([tableId]);
    stale = rig.stores.of(lease as Lease);
    await stale.prepareTable(tableConfig(tableId));
    await openRound({ ...rig, store: stale }, tableId, round);
    await stale.post(tableId, bet(ada, { round, op: "first", stakeChange: 10 }));
    await pass(LEASE_MS);
    const [next] = await second.take([tableId]);
    current = rig.stores.of(next as Lease);
    await current.prepareTable(tableConfig(tableId));
  });

  it("posts nothing, and moves no chips", async () => {
    await expect(stale.post(tableId, bet(ada, { round }))).rejects.toThrow(StaleLeaseError);
    expect(await rig.players.balance(ada)).toBe(STARTING_CHIPS - 10);
    const again = await stale.post(tableId, bet(ada, { round, op: "first", stakeChange: 10 }));
    expect(again).toMatchObject({ status: "already", sameContent: true });
  });

  it("neither locks, settles, voids nor opens a round", async () => {
    const bets = [{ playerId: ada, spot: "red", amount: asChips(10) }];
    await expect(lockAndDraw({ ...rig, store: stale }, tableId, { round, bets })).rejects.toThrow(
      StaleLeaseError,
    );
    const settling = await lockAndDraw({ ...rig, store: current }, tableId, { round, bets });
    await expect(stale.settleRound(settling)).rejects.toThrow(StaleLeaseError);
    const voiding = { tableId, round, reason: "stale", voidedAt: rig.clock.now() };
    await expect(stale.voidRound(voiding)).rejects.toThrow(StaleLeaseError);
    await current.settleRound(settling);
    const opening = openRound({ ...rig, store: stale }, tableId, round + 1);
    await expect(opening).rejects.toThrow(StaleLeaseError);
    await expect(stale.settleRound(settling)).rejects.toThrow(StaleLeaseError);
  });

  it("does not spoil the operations of others in its flush", async () => {
    const [ofStale, ofCurrent] = await Promise.allSettled([
      stale.post(tableId, bet(ada, { round })),
      current.post(tableId, bet(ada, { round, stakeChange: 7, stakeAfter: asChips(17) })),
    ]);
    expect(ofStale).toMatchObject({ status: "rejected", reason: expect.any(StaleLeaseError) });
    expect(ofCurrent).toMatchObject({ status: "fulfilled", value: { status: "posted" } });
  });

  it("is not let through by a table of its own", async () => {
    const client = await rig.database.serverPool.connect();
    try {
      await client.query("CREATE TEMP TABLE leases (table_id text, epoch bigint)");
      await client.query("INSERT INTO pg_temp.leases VALUES ($1, 1)", [tableId]);
      const hold = client.query("SELECT hold_lease($1, 1)", [tableId]);
      await expect(hold).rejects.toMatchObject({ code: "CR001" });
    } finally {
      client.release(true);
    }
  });

  it.each([
    ["a round", "INSERT INTO rounds SELECT * FROM jsonb_populate_record(NULL::rounds, $1)"],
    [
      "an operation",
      "INSERT INTO operations OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::operations, $1)",
    ],
  ])("is refused by the database itself, which holds %s to its epoch", async (what, insert) => {
    const from = what === "a round" ? "rounds" : "operations";
    const { rows } = await rig.database.pool.query(
      `SELECT to_jsonb(${from}) AS row FROM ${from} WHERE table_id = $1`,
      [tableId],
    );
    const row = { ...rows[0].row, round: 2, op: "another", seq: 1_000_000 + tables };
    await expect(rig.database.pool.query(insert, [row])).rejects.toMatchObject({ code: "CR001" });
  });
});

it("does not take over while the holder has something under way", async () => {
  const [first, second] = [newProcess(), newProcess()];
  const [lease] = await first.take([tableId]);
  await pass(LEASE_MS);
  const client = await rig.database.pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT hold_lease($1, $2)", [tableId, lease?.epoch]);
    // The holder's own sign of life does not wait for its transactions, and is late only for this test.
    await first.renew([lease as Lease]);
    await pass(LEASE_MS);
    expect(await second.take([tableId])).toEqual([]);
    await client.query("COMMIT");
    expect(await second.take([tableId])).toEqual([{ tableId, epoch: 2 }]);
  } finally {
    client.release();
  }
});

describe("the connection of the leases", () => {
  const asked = (process: TableLeases) => {
    const lease = { tableId, epoch: 1 };
    return Promise.allSettled([
      process.take([tableId]),
      process.renew([lease]),
      process.release([lease]),
      process.release([lease]),
    ]);
  };

  it("is one, however much is asked at once before it is there", async () => {
    const process = newProcess();
    const before = pool.totalCount - pool.idleCount;
    await asked(process);
    expect(pool.totalCount - pool.idleCount).toBe(before + 1);
    process.close();
    expect(pool.totalCount - pool.idleCount).toBe(before);
  });

  it("is not left behind by a process that closes while it comes", async () => {
    const process = newProcess();
    const before = pool.totalCount - pool.idleCount;
    const answers = asked(process);
    process.close();
    for (const { status } of await answers) expect(status).toBe("rejected");
    expect(pool.totalCount - pool.idleCount).toBe(before);
  });
});
