/** The short form of the trial `rolling`: every process is replaced by a newer build under bots. */
import { expect, it } from "vitest";
import { rolling } from "./rolling.ts";
import { runTrial } from "./trial.ts";

it("is replaced process by process, with a migration in between, and loses nobody", async () => {
  const said: string[] = [];
  const scale = { brief: true, players: undefined, turns: undefined, seed: 7 };
  const outcome = await runTrial(rolling, scale, (line) => void said.push(line));
  console.info(JSON.stringify({ measured: outcome.measured, awayMs: outcome.bots?.awayMs }));
  expect(outcome.findings, said.join("\n")).toEqual([]);
  expect(outcome.faults).toEqual({ SIGTERM: 3 });
  expect(outcome.bots).toMatchObject({ connected: 60, voided: [] });
  expect(outcome.bots?.dropped).toBeGreaterThan(0);
  expect(outcome.bots?.reconnected).toBe(outcome.bots?.dropped);
});
