import { spawnSync } from "node:child_process";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Tables } from "../src/tables/tables.ts";
import { Counts, EXPECTED } from "./counts.ts";
import { runSeed, simulate, unseen } from "./run.ts";
import { Scheduler } from "./scheduler.ts";
import { kindOf } from "./setting.ts";

/**
 * Scenes that once showed something wrong, in the house or in its auditor: each in a seed that comes
 * to it, and by what that is seen. Where a seed does not any more, another one has to stand for it.
 */
const REGRESSIONS: readonly { what: string; seed: number; scene: readonly string[] }[] = [
  {
    what: "a round that is void because its table was given another wheel",
    seed: 5,
    scene: ["fault: wheel changed", "seen: void for another game"],
  },
  {
    what: "chips that leave the felt and raise what the house may have to pay",
    seed: 27,
    scene: ["seen: chips that have to stay for the house's limit"],
  },
  {
    what: "a client seed that is given while a table starts again",
    seed: 79,
    scene: ["seen: seed given while a table starts again"],
  },
  {
    what: "five hundred operations of one player, in a round that another takes over",
    seed: 17,
    scene: [
      "seen: round taken over, with very many operations of one player",
      "seen: more in one round than may be",
    ],
  },
  {
    what: "two thousand changes of one player's chips in a round",
    seed: 47,
    scene: ["seen: more changes in one round than may be"],
  },
  {
    what: "a bet that is under way while its table starts again",
    seed: 24,
    scene: ["seen: operation under way while its table froze"],
  },
  {
    what: "a holder that is replaced before it has begun",
    seed: 34,
    scene: ["seen: holder replaced before it began"],
  },
  {
    what: "a bet that is refused while the same one, asked again, is placed",
    seed: 28,
    scene: ["seen: refused while the same op was placed"],
  },
  {
    what: "a holder that shows a round which another took back",
    seed: 44,
    scene: ["seen: round shown that another took back"],
  },
  {
    what: "a player who is not known any more where they sat",
    seed: 62,
    scene: ["fault: connection ended by the room"],
  },
  {
    what: "a bet that is taken while its process waits to stop, by who leaves then and comes back",
    seed: 24,
    scene: ["seen: bet while its process waits to stop"],
  },
  {
    what: "who leaves with a bet under way, and comes back, at a holder replaced before it began again",
    seed: 12,
    scene: ["seen: holder replaced before it began"],
  },
  {
    what: "a bank that fails as a table starts again which met a broken invariant",
    seed: 79,
    scene: ["fault: bank failed, table starts again", "fault: invariant broken, operation"],
  },
  {
    what: "a locked round in which its table broke twice",
    seed: 49,
    scene: ["seen: settled after breaking twice"],
  },
  {
    what: "a round that was opened by a clock which was minutes ahead",
    seed: 69,
    scene: ["seen: round taken over, opened further ahead than clocks differ"],
  },
  {
    what: "processes that end faster than a round may, each of which gives it more time",
    seed: 20611,
    scene: ["house: no time for a round"],
  },
  {
    what: "a player who hears of a void round when the next one is void, too",
    seed: 34,
    scene: ["seen: void told after the next one"],
  },
];

/** Whole runs, on a machine that has much else to do. */
const LONG = { timeout: 300_000 };

it(
  "is clean for some thousand rounds, in which everything is seen that a run has to see",
  LONG,
  async () => {
    const { counts, finding, rounds } = await simulate(1, 7_000);
    expect(finding).toBeNull();
    expect(rounds).toBeGreaterThanOrEqual(7_000);
    expect(counts.missing()).toEqual([]);
    expect(counts.of("house: came to rest")).toBeGreaterThan(50);
  },
);

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

it.each(REGRESSIONS)("is clean in a house that comes to $what (seed $seed)", async (regression) => {
  const { finding, counts } = await runSeed(regression.seed);
  expect(finding).toBeNull();
  for (const seen of regression.scene) expect(counts.of(seen), seen).toBeGreaterThan(0);
});

it("ends with a finding where no table ever opens a round", async () => {
  const opening = vi.spyOn(Tables.prototype, "open").mockResolvedValue([]);
  onTestFinished(() => opening.mockRestore());
  const { finding } = await runSeed(1);
  expect(finding).toMatchObject({ by: "auditor" });
  expect(finding?.complaint).toContain("no round opens any more, after 0");
});

it("replays a seed exactly, and no two seeds alike", async () => {
  const [one, again, other] = [await runSeed(5, 30), await runSeed(5, 30), await runSeed(6, 30)];
  expect(one.digest).toBe(again.digest);
  expect(one.counts.entries()).toEqual(again.counts.entries());
  expect(one.digest).not.toBe(other.digest);
});

it("goes by what is planned as plain as by everything else: no promise goes on by it", async () => {
  const houses = [1, 2, 3, 4, 6, 8, 13, 15, 17, 36];
  for (const kind of Object.keys(kindOf(1)) as (keyof ReturnType<typeof kindOf>)[]) {
    expect(houses.some((seed) => kindOf(seed)[kind])).toBe(true);
  }
  const play = async () => {
    const digests: string[] = [];
    for (const seed of houses) digests.push((await runSeed(seed, 40)).digest);
    return digests;
  };
  const quick = await play();
  const planned = vi
    .spyOn(Scheduler.prototype, "plainlyAfter")
    .mockImplementation(Scheduler.prototype.after);
  onTestFinished(() => planned.mockRestore());
  expect(await play()).toEqual(quick);
  expect(planned).toHaveBeenCalled();
});

describe("the command", () => {
  const run = (...given: readonly string[]) =>
    spawnSync(process.execPath, ["server/sim/main.ts", ...given], { encoding: "utf8", ...LONG });

  it("shows which mistakes are caught", LONG, () => {
    const only = ["--only", "locks-without-draining", "--only", "digest-before-the-lock"];
    const { status, stdout } = run("--mutants", ...only, "--rounds", "2000");
    expect(stdout).toMatch(/^caught {2}locks-without-draining: .*\n {8}seed \d+, by auditor: /m);
    expect(stdout).toMatch(/^caught {2}digest-before-the-lock: .*\n {8}seed \d+, by auditor: /m);
    expect(stdout).toMatch(/^by the auditor 2, by an assertion 0, not recognised 0$/m);
    expect(stdout).toMatch(/^2 of 2 caught$/m);
    expect(status).toBe(0);
  });

  it("fails where one is missed", LONG, () => {
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
