/** The short form of the trial `mass-cut`: every socket at the proxy is cut at once under bots. */
import { expect, it } from "vitest";
import { massCut } from "./massCut.ts";
import { runTrial } from "./trial.ts";

it("has everybody back in the seats that were theirs, in the same rounds, with the same chips", async () => {
  const said: string[] = [];
  const scale = { brief: true, players: undefined, turns: undefined, seed: 7 };
  const outcome = await runTrial(massCut, scale, (line) => void said.push(line));
  console.info(JSON.stringify({ measured: outcome.measured, awayMs: outcome.bots?.awayMs }));
  expect(outcome.findings, said.join("\n")).toEqual([]);
  expect(outcome.faults).toEqual({ "300 sockets cut at once": 1 });
  expect(outcome.bots).toMatchObject({ connected: 20, voided: [] });
  expect(outcome.bots?.dropped).toBeGreaterThanOrEqual(20);
  expect(outcome.bots?.reconnected).toBe(outcome.bots?.dropped);
});
