/** The end of betting that players were told, where a round was slow to open and its process ends. */
import { expect, it } from "vitest";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import type { CrashStage } from "../testing/crashStage.ts";
import { LEAST_WINDOW_MS } from "../testing/crashStage.ts";
import { setUpStages } from "../testing/setUpStages.ts";

let stage: CrashStage;
setUpStages((fresh) => {
  stage = fresh;
});

it.each([
  ["was asked for again until it was committed", "before the commit of", 18_000],
  ["was committed long before its answer came", "after the commit of", 9_000],
  ["was committed before all of its betting time", "after the commit of", 30_000],
] as const)("keeps the announced end of a round whose opening %s", async (_, moment, slowMs) => {
  const dying = stage.process();
  const lost = dying.meets("lost connection", { moment, statement: STATEMENTS.OPEN });
  await Promise.all([
    dying.start().then(() => dying.until("betting")),
    lost.then(() => dying.clock.advance(slowMs)),
  ]);
  const { phaseEndsAt } = dying.host.state;
  expect(phaseEndsAt).toBeGreaterThanOrEqual(dying.clock.now() + LEAST_WINDOW_MS);
  dying.clock.advance(2_000);
  dying.die();
  const next = await stage.takeover();
  const { round, commitment } = dying.host.state;
  expect(next.host.state).toMatchObject({ stage: "betting", round, commitment });
  expect(next.host.state.phaseEndsAt).toBeGreaterThanOrEqual(phaseEndsAt);
  await stage.expectPlayedOut(next, []);
});
