/** A locked round whose escrow holds other chips than its log, on real Postgres. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { inTransaction } from "../db/transaction.ts";
import { addTransfers } from "../ledger/transfers.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import { CrashStage } from "../testing/crashStage.ts";

let rig: BankRig;
let stage: CrashStage;
beforeAll(async () => {
  rig = await createBankRig();
  stage = new CrashStage(rig);
});
afterAll(async () => {
  await stage?.close();
  await rig?.database.close();
});

/** The database's owner moves chips of the house into the escrow, as if they held the table. */
async function addToEscrow(amount: number): Promise<void> {
  const { tableId } = stage.config;
  await inTransaction(rig.database.pool, async (client) => {
    const hold = "SELECT hold_lease(table_id, epoch) FROM leases WHERE table_id = $1";
    await client.query(hold, [tableId]);
    const { rows } = await client.query<{ id: number; kind: string }>(
      "SELECT id, kind FROM accounts WHERE table_id = $1 FOR UPDATE",
      [tableId],
    );
    const idOf = (kind: string) => rows.find((row) => row.kind === kind)?.id ?? 0;
    const sides = { debitId: idOf("house"), creditId: idOf("escrow") };
    const cover = { kind: "cover", tableId, round: 1, amount, ...sides } as const;
    await addTransfers(client, [cover], rig.clock.now());
  });
}

it("stays locked: it is neither paid wrongly nor taken back, however often it is tried", async () => {
  const ada = await stage.player();
  const dying = await stage.betting();
  expect(await dying.bet(ada, "first", [["red", 100]])).toHaveProperty("answer");
  void dying.meets("death", { moment: "after the commit of", statement: STATEMENTS.LOCK });
  await dying.untilDead();
  await addToEscrow(5);
  const next = await stage.takeover();
  const tried = () => {
    next.clock.next();
    return next.froze.length;
  };
  await expect.poll(tried, { timeout: 10_000 }).toBeGreaterThan(3);
  const reason = expect.stringContaining("escrow has 105, the bets are 100");
  expect(next.froze.map(String)).toEqual(next.froze.map(() => reason));
  const { rows } = await rig.database.pool.query("SELECT status FROM rounds");
  expect(rows).toEqual([{ status: "locked" }]);
  expect(await stage.balance(ada)).toBe(STARTING_CHIPS - 100);
});
