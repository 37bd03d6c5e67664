import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Counts, EXPECTED } from "./counts.ts";
import { runSeed, simulate, unseen } from "./run.ts";

/** Seeds that once showed something wrong, in the house or in its auditor. */
const REGRESSIONS: readonly (readonly [seed: number, what: string])[] = [
  [4, "a round that is void because its table was given another wheel"],
  [7, "chips that leave the felt and raise what the house may have to pay"],
  [10, "a client seed that is given while a table starts again"],
  [17, "five hundred operations of one player in a round that many take over"],
  [48, "a bet that is under way while its table starts again"],
  [64, "a holder that is replaced before it has begun"],
  [76, "a bet that is refused while the same one, asked again, is placed"],
  [97, "a holder that shows a round which another took back"],
  [124, "a player who is not known any more where they sat"],
];

it("is clean for a thousand rounds, in which everything goes wrong that can", async () => {
  const { counts, finding, rounds } = await simulate(1, 1_000);
  expect(finding).toBeNull();
  expect(rounds).toBeGreaterThanOrEqual(1_000);
  expect(counts.missing().filter((name) => name.startsWith("fault: "))).toEqual([]);
  expect(counts.missing().length).toBeLessThan(EXPECTED.length / 5);
});

it("asks of a long run, and of no short one, to have seen everything", () => {
  const counts = new Counts();
  expect(unseen({ rounds: 20_000, counts })).toEqual(EXPECTED);
  expect(unseen({ rounds: 19_999, counts })).toEqual([]);
  const [first = "", ...others] = EXPECTED;
  for (const name of others) counts.add(name);
  expect(unseen({ rounds: 20_000, counts })).toEqual([first]);
  const more = new Counts();
  more.add(first);
  counts.addAll(more);
  expect(unseen({ rounds: 20_000, counts })).toEqual([]);
});

it.each(REGRESSIONS)("is clean for seed %i: %s", async (seed) => {
  expect((await runSeed(seed)).finding).toBeNull();
});

it("replays a seed exactly, and no two seeds alike", async () => {
  const [one, again, other] = [await runSeed(5, 30), await runSeed(5, 30), await runSeed(6, 30)];
  expect(one.digest).toBe(again.digest);
  expect(one.counts.entries()).toEqual(again.counts.entries());
  expect(one.digest).not.toBe(other.digest);
});

/** Whole runs in processes of their own, on a machine that has much else to do. */
const ELSEWHERE = { timeout: 60_000 };

describe("the command", () => {
  const run = (...given: readonly string[]) =>
    spawnSync(process.execPath, ["server/sim/main.ts", ...given], { encoding: "utf8" });

  it("shows which mistakes are caught", ELSEWHERE, () => {
    const only = ["--only", "locks-without-draining", "--only", "digest-before-the-lock"];
    const { status, stdout } = run("--mutants", ...only, "--rounds", "2000");
    expect(stdout).toMatch(/^caught {2}locks-without-draining: .*\n {8}seed \d+, by auditor: /m);
    expect(stdout).toMatch(/^caught {2}digest-before-the-lock: .*\n {8}seed \d+, by auditor: /m);
    expect(stdout).toMatch(/^by the auditor 2, by an assertion 0, by another error 0$/m);
    expect(stdout).toMatch(/^2 of 2 caught$/m);
    expect(status).toBe(0);
  });

  it("fails where one is missed", ELSEWHERE, () => {
    // The first house alone does not come to it.
    const { status, stdout } = run("--mutants", "--only", "reads-too-early", "--rounds", "1");
    expect(stdout).toMatch(/^MISSED {2}reads-too-early: /m);
    expect(stdout).toMatch(/^0 of 1 caught$/m);
    expect(status).toBe(1);
  });

  it.each([
    [["--nope"], "Unknown option '--nope'"],
    [["--seed", "x"], '--seed takes a whole number from 1 on, not "x"'],
    [["--rounds", "0"], '--rounds takes a whole number from 1 on, not "0"'],
    [["--mutants", "--only", "x"], '--only takes the name of a mistake, not "x"'],
  ])("says what is wrong with %j, and how it is used", (given, what) => {
    const { status, stderr } = run(...given);
    expect(stderr.slice(0, what.length)).toBe(what);
    expect(stderr).toContain("npm run sim");
    expect(stderr).not.toMatch(/^ +at /m);
    expect(status).toBe(2);
  });
});
