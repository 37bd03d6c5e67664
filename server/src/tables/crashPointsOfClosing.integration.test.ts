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
  /** What another process does that has other tables only, so long after. */
  async function close(): Promise<readonly string[]> {
    const { database, seedKey, clock } = stage.rig;
    const { pool, serverPool, pipelined } = database;
    const { tableId } = stage.config;
    await pool.query(
      `UPDATE leases SET renewed_at = renewed_at - interval '7 s',
         expires_at = expires_at - interval '7 s' WHERE table_id = $1`,
      [tableId],
    );
    const { rows } = await pool.query("SELECT table_id FROM leases WHERE table_id <> $1", [
      tableId,
    ]);
    const others = rows.map(({ table_id }) => table_id);
    const log = createLogger("silent");
    const leases = new TableLeases({ pool: pipelined, log, disconnected: () => undefined });
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
    try {
      const looked = async () => {
        await closing.look();
        clock.advance(2 * LEASE_MS);
        return told;
      };
      await expect.poll(looked).toHaveLength(1);
      await closing.look();
    } finally {
      leases.close();
    }
    return told;
  }

  it("A1: nobody has the table any more, and its process ended in betting", async () => {
    const dying = await bettingWithChips();
    const { commitment } = dying.host.state;
    dying.die();
    expect(await close()).toEqual([`finished ${stage.config.tableId}`]);
    const record = await stage.record(1);
    expect(record).toMatchObject({ status: "void", commitment, reason: "The table was closed." });
    expect(await stage.balance(ada)).toBe(STARTING_CHIPS);
  });

  it("A2: nobody has the table any more, and its process ended after the lock", async () => {
    const dying = await bettingWithChips();
    void dying.meets("death", { moment: "after the commit of", statement: STATEMENTS.LOCK });
    await dying.untilDead();
    expect(await close()).toEqual([`finished ${stage.config.tableId}`]);
    await stage.expectSettled(1, [red(ada, 100)]);
  });
});
