/** What begins and ends each test of a file whose processes die, or whose bank fails. */
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { BankRig } from "./bankRig.ts";
import { createBankRig } from "./bankRig.ts";
import { CrashStage } from "./crashStage.ts";
import { expectSoundBooks } from "./soundBooks.ts";

/**
 * Each test has a stage of its own, and the file's tests one bank, whose books are sound after each.
 *
 * @param begin what all of the file's tests begin with
 */
export function setUpStages(begin: (stage: CrashStage) => void | Promise<void>): void {
  let rig: BankRig;
  let stage: CrashStage;
  beforeAll(async () => {
    rig = await createBankRig();
  });
  beforeEach(async () => {
    stage = new CrashStage(rig);
    await begin(stage);
  });
  afterEach(async () => {
    await stage.close();
    await expectSoundBooks(rig.database.pool);
  });
  afterAll(() => rig?.database.close());
}
