import { describe, expect, it } from "vitest";
import { crashesAt } from "../faults/crashPoints.ts";
import { hunt } from "../faults/hunt.ts";
import { killing } from "../faults/killing.ts";
import { runSuites } from "../faults/run.ts";
import { BROKEN_BUILDS, SUITES } from "../faults/suites.ts";

/** The short form of `npm run faults`: fewer bots, fewer faults, the same witnesses and verdict. */
const SCALE = { brief: true, kills: 4 };
const BROKEN_SCALE = { brief: true, kills: 2 };
const stage = () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  return { said, options: { seed: 7, players: 40, mutants: [], say } };
};

describe("servers and databases that end at the worst moment", () => {
  it("lose nothing, double nothing and change nothing", async () => {
    const { options, said } = stage();
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

describe("three processes behind one address", () => {
  it("play on where one of them dies, with every chip", async () => {
    const { options, said } = stage();
    // With this seed the one that is killed runs the table.
    const shared = { ...options, seed: 3, players: 24, processes: 3 };
    const scale = { brief: true, kills: 1 };
    const { findings, faults, bots } = await runSuites([killing, crashesAt(["C3"])], scale, shared);
    expect(findings, said.join("\n")).toEqual([]);
    expect(faults).toEqual({ "kill -9 in the game": 1, "crash at C3": 1 });
    expect(bots).toMatchObject({ connected: 24, voided: [] });
    // The bots of the process that ends lose it, and come back by themselves.
    expect(bots?.dropped).toBeGreaterThan(0);
    expect(bots?.bets.accepted).toBeGreaterThan(100);
  });
});

describe("a broken build", () => {
  it("is caught where it forgets an operation", async () => {
    const forgetful = ["recovery-forgets-the-last-operation"];
    const [broken] = BROKEN_BUILDS.filter(({ mutants }) => mutants.join() === forgetful.join());
    if (broken === undefined) throw new Error("there is no such build");
    const { caughtBy, findings } = await hunt(broken, BROKEN_SCALE, stage().options);
    expect(caughtBy, findings.join("\n")).not.toBeNull();
  });

  it("is there for every suite", () => {
    const guarded = new Set(BROKEN_BUILDS.map(({ suite }) => suite.name));
    expect([...guarded].sort()).toEqual(SUITES.map(({ name }) => name).sort());
  });
});
