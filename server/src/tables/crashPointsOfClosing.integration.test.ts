/** The crash points of tables that nobody runs any more; those of rounds are beside this file. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import { closedTables } from "../rounds/closedTables.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import { createPostgresTableStores } from "../rounds/tableStore.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import { CrashStage, red } from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { STATEMENTS } from "../testing/mortalProcess.ts";
import { expectSoundBooks } from "../testing/soundBooks.ts";
import { Closing } from "./closing.ts";
import { LEASE_MS } from "./lease.ts";

let rig: BankRig;
let stage: CrashStage;
let ada: string;
beforeAll(async () => {
  rig = await createBankRig();
});
beforeEach(async () => {
  stage = new CrashStage(rig);
  ada = await stage.player();
});
afterEach(async () => {
  await stage.close();
  await expectSoundBooks(rig.database.pool);
});
afterAll(() => rig?.database.close());

/** A running round with a bet of Ada's that was answered. */
async function bettingWithChips(): Promise<MortalProcess> {
  const process = await stage.betting();
  await process.host.sit(ada);
  expect(await process.bet(ada, "first", [["red", 100]])).toHaveProperty("answer");
  return process;
}

describe("a table that was taken out of the configuration", () => {
  /** What another process does that has other tables only; answers what `look` tells of it. */
  async function closer(): Promise<{ look: () => Promise<readonly string[]>; end: () => void }> {
    const { database, seedKey, clock } = stage.rig;
    const { serverPool, pipelined } = database;
    const log = createLogger("silent");
    const leases = new TableLeases({ pool: pipelined, log, disconnected: () => undefined });
    const others = await tablesBut(stage.config.tableId);
    const told: string[] = [];
    const closing = new Closing({
      find: () => closedTables(serverPool, others),
      leases,
      stores: createPostgresTableStores({ pool: serverPool, pipelined, seedKey, clock, log }),
      clock,
      model: { ...stage.config, tableId: "another", wheel: "american", zeroRule: "none" },
      finished: ({ tableId: id }) => told.push(`finished ${id}`),
      failed: (id, error) => told.push(`${id}: ${error}`),
    });
    const look = () => closing.look().then(() => told);
    return { look, end: () => leases.close() };
  }

  async function tablesBut(tableId: string): Promise<readonly string[]> {
    const { rows } = await rig.database.pool.query<{ table_id: string }>(
      "SELECT table_id FROM leases WHERE table_id <> $1",
      [tableId],
    );
    return rows.map(({ table_id }) => table_id);
  }

  /** Of every round of the table, in order. */
  async function statuses(): Promise<readonly string[]> {
    const { rows } = await rig.database.pool.query<{ status: string }>(
      "SELECT status FROM rounds WHERE table_id = $1 ORDER BY round",
      [stage.config.tableId],
    );
    return rows.map(({ status }) => status);
  }

  /** Nothing is done for two lives of a lease; then the round ends, once, and nothing follows. */
  async function expectClosed(from: string, to: string): Promise<void> {
    const { clock } = rig;
    const { look, end } = await closer();
    // The dead one's lease is over as far as the database goes: that is not what is waited for.
    await stage.expireLease();
    try {
      expect(await look()).toEqual([]);
      clock.advance(2 * LEASE_MS - 1);
      expect(await look()).toEqual([]);
      expect(await statuses()).toEqual([from]);
      clock.advance(1);
      const finished = [`finished ${stage.config.tableId}`];
      expect(await look()).toEqual(finished);
      expect(await statuses()).toEqual([to]);
      for (let later = 0; later < 3; later += 1) {
        clock.advance(2 * LEASE_MS);
        expect(await look()).toEqual(finished);
      }
      expect(await statuses()).toEqual([to]);
      const { rows } = await rig.database.pool.query(
        "SELECT holder FROM leases WHERE table_id = $1",
        [stage.config.tableId],
      );
      expect(rows).toEqual([{ holder: null }]);
    } finally {
      end();
    }
  }

  it("A1: nobody has the table any more, and its process ended in betting", async () => {
    const dying = await bettingWithChips();
    const { commitment } = dying.host.state;
    dying.die();
    await expectClosed("open", "void");
    const record = await stage.record(1);
    expect(record).toMatchObject({ status: "void", commitment, reason: "The table was closed." });
    expect(await stage.balance(ada)).toBe(STARTING_CHIPS);
  });

  it("A2: nobody has the table any more, and its process ended after the lock", async () => {
    const dying = await bettingWithChips();
    void dying.meets("death", { moment: "after the commit of", statement: STATEMENTS.LOCK });
    await dying.untilDead();
    await expectClosed("locked", "settled");
    await stage.expectSettled(1, [red(ada, 100)]);
  });
});
