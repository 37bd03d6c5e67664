import { describe, expect, it } from "vitest";
import { runSuites } from "../faults/run.ts";
import { BROKEN_BUILDS, SUITES } from "../faults/suites.ts";

/** The short form of `npm run faults`: fewer bots, fewer faults, the same witnesses and verdict. */
const SCALE = { brief: true, kills: 4 };
/** On a machine that has much else to do. */
const TIMEOUT_MS = 300_000;
const BROKEN_SCALE = { brief: true, kills: 2 };
const stage = (mutants: readonly string[]) => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  return { said, options: { seed: 7, players: 40, mutants, say } };
};

describe("servers and databases that end at the worst moment", () => {
  it("lose nothing, double nothing and change nothing", { timeout: TIMEOUT_MS }, async () => {
    const { options, said } = stage([]);
    const { findings, faults, bots, measured } = await runSuites(SUITES, SCALE, options);
    console.info(JSON.stringify(measured));
    expect(findings, said.join("\n")).toEqual([]);
    expect(faults).toMatchObject({
      "crash at C3": 1,
      "crash at O5": 1,
      "crash at T1": 1,
      "the database crashes (short)": 1,
      "SIGSTOP of the holder for 5 s": 1,
      "kill -9 of the holder": 1,
    });
    expect(faults["the answer to a COMMIT is lost"]).toBeGreaterThan(0);
    expect(bots).toMatchObject({ connected: 40, voided: [] });
    expect(bots?.bets.accepted).toBeGreaterThan(400);
  });
});

describe("a broken build", () => {
  it("is caught where it forgets an operation", { timeout: TIMEOUT_MS }, async () => {
    const forgetful = ["recovery-forgets-the-last-operation"];
    const [broken] = BROKEN_BUILDS.filter(({ mutants }) => mutants.join() === forgetful.join());
    if (broken === undefined) throw new Error("there is no such build");
    const { options } = stage(broken.mutants);
    const { findings } = await runSuites([broken.suite], BROKEN_SCALE, options);
    expect(findings.join("\n")).toMatch(broken.shows);
  });

  it("is there for every suite", () => {
    const guarded = new Set(BROKEN_BUILDS.map(({ suite }) => suite.name));
    expect([...guarded].sort()).toEqual(SUITES.map(({ name }) => name).sort());
  });
});
