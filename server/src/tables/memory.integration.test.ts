/** A table whose memory differs from its books, on real Postgres: it plays by the books. */
import { asChips } from "@croupier/shared/core/chips";
import { expect, it } from "vitest";
import type { CrashStage } from "../testing/crashStage.ts";
import { red } from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { setUpStages } from "../testing/setUpStages.ts";

let stage: CrashStage;
let ada: string;
let process: MortalProcess;
setUpStages(async (fresh) => {
  stage = fresh;
  ada = await stage.player();
  process = await stage.bettingWithChips(ada);
});

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
