/** Whose rounds are finished as a closed table's, and whose are not, in a real database. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import { closedTables } from "../rounds/closedTables.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { untilDeadAreKnown } from "../testing/databaseUp.ts";
import { openRound, tableConfig } from "../testing/rounds.ts";
import { Closing } from "./closing.ts";
import type { Lease } from "./lease.ts";
import { LEASE_MS } from "./lease.ts";

const LONG_MS = 2 * LEASE_MS;

let rig: BankRig;
beforeAll(async () => {
  rig = await createBankRig();
  await untilDeadAreKnown(rig.database.pool);
});
afterAll(() => rig?.database.close());

const processes: TableLeases[] = [];
afterEach(() => {
  for (const process of processes.splice(0)) process.close();
});

let tables = 0;
let tableId: string;
let holder: TableLeases;
let lease: Lease;
/** A table with an open round, whose holder was kept from its beats for long. */
beforeEach(async () => {
  tables += 1;
  tableId = `closing-${tables}`;
  holder = newProcess();
  [lease] = (await holder.take([tableId])) as [Lease];
  const store = rig.stores.of(lease);
  await store.prepareTable(tableConfig(tableId));
  await openRound({ ...rig, store }, tableId, 1);
  await outage();
});

function newProcess(): TableLeases {
  const log = createLogger("silent");
  const { pipelined } = rig.database;
  const process = new TableLeases({ pool: pipelined, log, disconnected: () => undefined });
  processes.push(process);
  return process;
}

/** As if the database had been away for so long that every lease looks like a dead process's. */
async function outage(): Promise<void> {
  await rig.database.pool.query(
    `UPDATE leases SET renewed_at = renewed_at - interval '1 minute',
       expires_at = expires_at - interval '1 minute'`,
  );
}

/** As if so much time had passed since the last sign of life of any process. */
async function silence(seconds: number): Promise<void> {
  await rig.database.pool.query(
    "UPDATE processes SET expires_at = clock_timestamp() - $1 * interval '1 second'",
    [seconds],
  );
}

/** A process that does not have the table. */
function closingElsewhere() {
  const told: string[] = [];
  const { database, stores, clock } = rig;
  const others = Array.from({ length: tables - 1 }, (_, index) => `closing-${index + 1}`);
  const closing = new Closing({
    find: () => closedTables(database.serverPool, others),
    leases: newProcess(),
    stores,
    clock,
    model: tableConfig("another"),
    finished: ({ tableId: id }) => told.push(`finished ${id}`),
    failed: (id, error) => told.push(`${id}: ${error}`),
  });
  return { closing, told };
}

const status = async () => {
  const { rows } = await rig.database.pool.query("SELECT status FROM rounds WHERE table_id = $1", [
    tableId,
  ]);
  return rows[0]?.status;
};

it("leaves a round alone whose holder is back after an outage of the database", async () => {
  const { closing, told } = closingElsewhere();
  await closing.look();
  rig.clock.advance(LONG_MS);
  // Its first beat comes between the looks, after which the next outage comes.
  expect(await holder.renew([lease])).toEqual([lease]);
  await outage();
  await closing.look();
  expect([told, await status()]).toEqual([[], "open"]);
  expect(await holder.renew([lease])).toEqual([lease]);
});

it("finishes the round of a holder that is gone, once it was seen so for two lives of a lease", async () => {
  holder.close();
  const { closing, told } = closingElsewhere();
  await closing.look();
  rig.clock.advance(LONG_MS - 1);
  await closing.look();
  expect([told, await status()]).toEqual([[], "open"]);
  rig.clock.advance(1);
  await closing.look();
  expect([told, await status()]).toEqual([[`finished ${tableId}`], "void"]);
});

it("leaves the round of one that was killed and may come again, for as long as players are told so", async () => {
  await holder.census({ accepts: true, players: new Map(), tableIds: [tableId] });
  holder.close();
  const { closing, told } = closingElsewhere();
  const look = async () => {
    rig.clock.advance(LONG_MS);
    await closing.look();
  };
  await silence(50);
  for (let looks = 0; looks < 3; looks += 1) await look();
  expect([told, await status()]).toEqual([[], "open"]);
  await silence(61);
  await look();
  await look();
  expect([told, await status()]).toEqual([[`finished ${tableId}`], "void"]);
});

it("waits for nobody where whoever had the table has left", async () => {
  const others = newProcess();
  await holder.census({ accepts: true, players: new Map(), tableIds: [tableId] });
  await holder.leave();
  await others.census({ accepts: true, players: new Map(), tableIds: ["another"] });
  const { closing, told } = closingElsewhere();
  await closing.look();
  rig.clock.advance(LONG_MS);
  await closing.look();
  expect([told, await status()]).toEqual([[`finished ${tableId}`], "void"]);
});
