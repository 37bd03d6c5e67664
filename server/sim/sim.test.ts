import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { EXPECTED } from "./counts.ts";
import { runMutant } from "./mutantRuns.ts";
import { runSeed, simulate } from "./run.ts";

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

it("is clean for a thousand rounds, and sees most of what there is to see", async () => {
  const { counts, finding, rounds } = await simulate(1, 1_000);
  expect(finding).toBeNull();
  expect(rounds).toBeGreaterThanOrEqual(1_000);
  expect(counts.missing().length).toBeLessThan(EXPECTED.length / 5);
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

describe("a mistake in the code", () => {
  it.each([
    "unavailable-means-posted",
    "window-not-extended",
    "locks-without-draining",
    "digest-before-the-lock",
    "reads-too-early",
  ])("is caught: %s", async (name) => {
    const { caught, complaint } = await runMutant(name, 2_000);
    expect(complaint).toMatch(/^seed \d+: /);
    expect(caught).toBe(true);
  });
});

describe("the command", () => {
  it.each([
    [["--nope"], "Unknown option '--nope'"],
    [["--seed", "x"], '--seed takes a whole number from 1 on, not "x"'],
    [["--rounds", "0"], '--rounds takes a whole number from 1 on, not "0"'],
  ])("says what is wrong with %j, and how it is used", (given, what) => {
    const { status, stderr } = spawnSync(process.execPath, ["server/sim/main.ts", ...given], {
      encoding: "utf8",
    });
    expect(stderr.slice(0, what.length)).toBe(what);
    expect(stderr).toContain("npm run sim");
    expect(stderr).not.toMatch(/^ +at /m);
    expect(status).toBe(2);
  });
});
