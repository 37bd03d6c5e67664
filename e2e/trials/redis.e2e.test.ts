/** The short forms of the trials `redis` and `no-redis`: it ends, hangs, forgets, and comes late. */
import { expect, it } from "vitest";
import { noRedis, redisAway } from "./redisAway.ts";
import { runTrial } from "./trial.ts";

const SCALE = { brief: true, players: undefined, turns: undefined, seed: 7 };

it("plays on while Redis is away, hangs or has forgotten everything, and finds rooms again", async () => {
  const said: string[] = [];
  const outcome = await runTrial(redisAway, SCALE, (line) => void said.push(line));
  console.info(JSON.stringify({ measured: outcome.measured }));
  expect(outcome.findings, said.join("\n")).toEqual([]);
  expect(outcome.faults).toEqual({
    "Redis ends for 5 s": 1,
    "Redis hangs for 5 s": 1,
    FLUSHALL: 1,
  });
  expect(outcome.bots).toMatchObject({ connected: 30, dropped: 0, voided: [] });
});

it("plays without a Redis that was never there, and finds rooms once it comes", async () => {
  const said: string[] = [];
  const outcome = await runTrial(noRedis, SCALE, (line) => void said.push(line));
  console.info(JSON.stringify({ measured: outcome.measured }));
  expect(outcome.findings, said.join("\n")).toEqual([]);
  expect(outcome.faults).toEqual({ "every process starts without a Redis": 1 });
  expect(outcome.bots).toMatchObject({ connected: 6, voided: [] });
});
