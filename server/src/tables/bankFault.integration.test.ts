/**
 * A bank that is there and fails (specification, 6.6): a damaged page, a right that is gone. That says
 * nothing of the round, which is as it was when the bank has been put right.
 */
import { expect, it } from "vitest";
import type { CrashStage } from "../testing/crashStage.ts";
import { identityOf, red } from "../testing/crashStage.ts";
import { setUpStages } from "../testing/setUpStages.ts";
import { BankFaultError } from "./store.ts";

let stage: CrashStage;
setUpStages((fresh) => {
  stage = fresh;
});

/** Makes every operation that is written fail with `code` and `message`; answers what ends it. */
async function failWith(code: string, message: string): Promise<() => Promise<unknown>> {
  const { pool } = stage.rig.database;
  await pool.query(
    `CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION '${message}' USING ERRCODE = '${code}'; END $$;
     CREATE TRIGGER fault BEFORE INSERT ON operations EXECUTE FUNCTION fault()`,
  );
  return () => pool.query("DROP FUNCTION fault CASCADE");
}

it.each([
  ["XX001", "invalid page in block 3 of relation base/5/16384"],
  ["XX002", "index is damaged"],
  ["XX000", "cache lookup failed for relation 16384"],
  ["42501", "permission denied for table operations"],
])("keeps the round, and tells of it each time: %s, %s", async (code, message) => {
  const ada = await stage.player();
  const process = await stage.bettingWithChips(ada);
  const before = identityOf(process);
  const mend = await failWith(code, message);
  for (const times of [1, 2, 3]) {
    const reply = await process.bet(ada, `op-${times}`, [["red", 5]]);
    expect(reply).toMatchObject({ refusal: { code: "BANK_UNAVAILABLE" } });
    expect(process.froze).toHaveLength(times);
    await process.untilNotPaused();
  }
  await mend();
  expect(process.froze.every((error) => error instanceof BankFaultError)).toBe(true);
  expect(process.host.state).toMatchObject({ stage: "betting", ...before, totalStake: 100 });
  expect(await process.bet(ada, "op-1", [["red", 5]])).toHaveProperty("answer");
  await process.until("result");
  await stage.expectSettled(1, [red(ada, 105)]);
});
