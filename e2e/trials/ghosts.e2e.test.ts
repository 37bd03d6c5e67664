/** The short form of the trial in which processes are killed, and one has the wrong password of Redis. */
import { expect, it } from "vitest";
import { ghosts } from "./ghosts.ts";
import { runTrial } from "./trial.ts";

it("shows nothing of a killed process for long, and says what is wrong with a password", async () => {
  const said: string[] = [];
  const scale = { brief: true, players: undefined, turns: undefined, seed: 7 };
  const { findings, faults, measured } = await runTrial(
    ghosts,
    scale,
    (line) => void said.push(line),
  );
  console.info(JSON.stringify({ measured }));
  expect(findings, said.join("\n")).toEqual([]);
  expect(faults).toMatchObject({ "kill -9": 1, "kill -9 while Redis hangs": 1 });
});
