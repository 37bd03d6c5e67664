/** The short form of the trial `chaos`: each part of a cluster ends or hangs once under bots. */
import { expect, it } from "vitest";
import { chaos } from "./chaos.ts";
import { runTrial } from "./trial.ts";

it("loses nothing and nobody, whichever part of it ends or hangs", async () => {
  const said: string[] = [];
  const scale = { brief: true, players: undefined, turns: undefined, seed: 7 };
  const outcome = await runTrial(chaos, scale, (line) => void said.push(line));
  console.info(JSON.stringify({ measured: outcome.measured, awayMs: outcome.bots?.awayMs }));
  expect(outcome.findings, said.join("\n")).toEqual([]);
  expect(outcome.faults).toEqual({
    "kill -9 of a process": 1,
    "SIGSTOP of a process for 5 s": 1,
    "the database crashes": 1,
    "kill -9 of Redis": 1,
    "nginx reload": 1,
    "kill -9 of a worker of nginx": 1,
  });
  expect(outcome.bots).toMatchObject({ connected: 40, voided: [] });
  // Two of its faults end sockets, whoever sits where.
  expect(outcome.bots?.dropped).toBeGreaterThan(0);
  expect(outcome.bots?.reconnected).toBe(outcome.bots?.dropped);
});
