/** A table whose memory differs from its books, on real Postgres: it plays by the books. */
import { asChips } from "@croupier/shared/core/chips";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { CrashStage, red } from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { expectSoundBooks } from "../testing/soundBooks.ts";

let rig: BankRig;
let stage: CrashStage;
let ada: string;
let process: MortalProcess;
beforeAll(async () => {
  rig = await createBankRig();
});
beforeEach(async () => {
  stage = new CrashStage(rig);
  ada = await stage.player();
  process = await stage.betting();
  await process.host.sit(ada);
  expect(await process.bet(ada, "first", [["red", 100]])).toHaveProperty("answer");
});
afterEach(async () => {
  await stage.close();
  await expectSoundBooks(rig.database.pool);
});
afterAll(() => rig?.database.close());

/** Ada's chips lie elsewhere than where she put them: in memory alone. */
function moveChips(): void {
  const chips = process.host.state.players.get(ada)?.chips;
  chips?.delete("red");
  chips?.set("black", asChips(100));
}

/** The table broke once, for this reason, and played the same round out with what the log has. */
async function expectPlayedByTheBooks(reason: string): Promise<void> {
  await process.until("result");
  expect(process.froze.map(String)).toEqual([expect.stringContaining(reason)]);
  expect(process.host.state.round).toBe(1);
  await stage.expectSettled(1, [red(ada, 100)]);
}

it("locks nothing but what the log has, and starts again from there", async () => {
  moveChips();
  await expectPlayedByTheBooks("round 1 has other bets than its operations");
});

it("pays for nothing but what was locked, and starts again from there", async () => {
  const unsubscribe = process.host.subscribe(() => {
    if (process.host.state.stage !== "locking") return;
    moveChips();
    unsubscribe();
  });
  await expectPlayedByTheBooks("round 1 was locked with other bets");
});
