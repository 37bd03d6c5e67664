/** The short forms of the trials in which processes start, end and live without a Redis. */
import { expect, it } from "vitest";
import { ghosts } from "./ghosts.ts";
import { noRedis } from "./redisAway.ts";
import type { Trial } from "./trial.ts";
import { runTrial } from "./trial.ts";

async function outcomeOf(trial: Trial) {
  const said: string[] = [];
  const scale = { brief: true, players: undefined, turns: undefined, seed: 7 };
  const outcome = await runTrial(trial, scale, (line) => void said.push(line));
  console.info(JSON.stringify({ measured: outcome.measured, awayMs: outcome.bots?.awayMs }));
  expect(outcome.findings, said.join("\n")).toEqual([]);
  return outcome;
}

it("starts without a Redis, and takes it up when it comes", async () => {
  const { bots } = await outcomeOf(noRedis);
  expect(bots).toMatchObject({ connected: 6, voided: [] });
});

it("shows nothing of a killed process for long, and says what is wrong with a password", async () => {
  const { faults } = await outcomeOf(ghosts);
  expect(faults).toMatchObject({ "kill -9": 1, "kill -9 while Redis hangs": 1 });
});
