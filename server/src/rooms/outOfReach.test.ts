import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import type { Knocked } from "./outOfReach.ts";
import { OutOfReach } from "./outOfReach.ts";

const MINUTE_MS = 60_000;
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

let clock: ManualClock;
let said: string[];
let hasOthers: boolean;
let isAside: boolean;
let found: Knocked;
let reach: OutOfReach;
beforeEach(() => {
  clock = new ManualClock();
  said = [];
  hasOthers = true;
  isAside = false;
  found = "unknown";
  const line = (level: string) => (what: object) => said.push(`${level} ${JSON.stringify(what)}`);
  reach = new OutOfReach({
    clock,
    log: { error: line("error"), info: line("info") },
    knock: async () => found,
    publicAddress: "play.example.org/p/9",
    alarm: () => said.push("alarm"),
    tables: {
      standAside: () => {
        isAside = hasOthers;
        return isAside;
      },
      comeBack: () => {
        isAside = false;
      },
      get isAside() {
        return isAside;
      },
    },
  });
});

it("leaves the tables to others where nobody has ever come, and says so once", async () => {
  await reach.nobodyEverCame(3);
  await reach.nobodyEverCame(6);
  expect(isAside).toBe(true);
  const told = { publicAddress: "play.example.org/p/9", seats: 3, againInMs: MINUTE_MS };
  expect(said).toEqual([`error ${JSON.stringify(told)}`, "alarm"]);
});

it("keeps them where nobody else would have them", async () => {
  hasOthers = false;
  await reach.nobodyEverCame(3);
  expect([isAside, said]).toEqual([false, []]);
});

it("takes them again as soon as somebody comes, and is not tried after that", async () => {
  await reach.nobodyEverCame(3);
  reach.somebodyCame();
  expect(isAside).toBe(false);
  expect(clock.next()).toBe(false);
  expect(said.at(-1)).toMatch(/^info/);
});

it("says nothing of the first who comes where all is well", () => {
  reach.somebodyCame();
  expect(said).toEqual([]);
});

it("is tried again after pauses that grow, up to an hour", async () => {
  const pauses: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    await reach.nobodyEverCame(3 * time);
    const since = clock.now();
    expect([isAside, clock.next()]).toEqual([true, true]);
    await settle();
    expect(isAside).toBe(false);
    pauses.push((clock.now() - since) / MINUTE_MS);
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it("is not tried where it came back before for want of others, or is to end", async () => {
  await reach.nobodyEverCame(3);
  isAside = false;
  const lines = said.length;
  expect(clock.next()).toBe(true);
  await settle();
  expect(said).toHaveLength(lines);
  await reach.nobodyEverCame(6);
  reach.close();
  expect(clock.next()).toBe(false);
});

describe("where it knocks at its own address, as it starts aside", () => {
  beforeEach(() => {
    isAside = true;
  });

  it.each<Knocked>(["here", "unknown"])("takes its place at once: %s", async (answer) => {
    found = answer;
    await reach.look();
    expect([isAside, clock.next()]).toEqual([false, false]);
    expect(said.filter((line) => !line.startsWith("info"))).toEqual([]);
  });

  it("stays aside while that leads elsewhere, says so once, and takes its place when it leads here", async () => {
    found = "elsewhere";
    await reach.look();
    for (const answer of ["elsewhere", "unknown", "elsewhere"] as const) {
      found = answer;
      expect(clock.next()).toBe(true);
      await settle();
      expect(isAside).toBe(true);
    }
    expect(said).toEqual([expect.stringMatching(/^error .*p\/9/), "alarm"]);
    found = "here";
    expect(clock.next()).toBe(true);
    await settle();
    expect([isAside, clock.next()]).toEqual([false, false]);
  });

  it("leaves the tables as soon as there are others, where it was the last one", async () => {
    found = "elsewhere";
    isAside = hasOthers = false;
    await reach.look();
    expect(isAside).toBe(false);
    hasOthers = true;
    expect(clock.next()).toBe(true);
    await settle();
    expect(isAside).toBe(true);
  });

  it("believes whoever comes more than what it hears", async () => {
    found = "elsewhere";
    await reach.look();
    reach.somebodyCame();
    expect([isAside, clock.next()]).toEqual([false, false]);
  });
});

it("believes a knock more than seats that nobody took", async () => {
  found = "here";
  await reach.nobodyEverCame(3);
  found = "unknown";
  await reach.nobodyEverCame(6);
  expect([isAside, clock.next()]).toEqual([false, false]);
});
