/** The short form of the trial `redis`: it ends, hangs and forgets everything under bots. */
import { expect, it } from "vitest";
import { redisAway } from "./redisAway.ts";
import { runTrial } from "./trial.ts";

it("plays on while Redis is away, hangs or has forgotten everything, and finds rooms again", async () => {
  const said: string[] = [];
  const scale = { brief: true, players: undefined, turns: undefined, seed: 7 };
  const outcome = await runTrial(redisAway, scale, (line) => void said.push(line));
  console.info(JSON.stringify({ measured: outcome.measured }));
  expect(outcome.findings, said.join("\n")).toEqual([]);
  expect(outcome.faults).toEqual({
    "Redis ends for 5 s": 1,
    "Redis hangs for 5 s": 1,
    FLUSHALL: 1,
  });
  expect(outcome.bots).toMatchObject({ connected: 30, dropped: 0, voided: [] });
});
