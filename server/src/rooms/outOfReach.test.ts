import { beforeEach, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { OutOfReach } from "./outOfReach.ts";

const MINUTE_MS = 60_000;

let clock: ManualClock;
let said: string[];
let hasOthers: boolean;
let isAside: boolean;
let reach: OutOfReach;
beforeEach(() => {
  clock = new ManualClock();
  said = [];
  hasOthers = true;
  isAside = false;
  const line = (level: string) => (what: object) => said.push(`${level} ${JSON.stringify(what)}`);
  reach = new OutOfReach({
    clock,
    log: { error: line("error"), warn: line("warn"), info: line("info") },
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

it("leaves the tables to others where nobody has ever come, and says so once", () => {
  reach.nobodyEverCame(3);
  reach.nobodyEverCame(6);
  expect(isAside).toBe(true);
  const told = { publicAddress: "play.example.org/p/9", seats: 3, againInMs: MINUTE_MS };
  expect(said).toEqual([`error ${JSON.stringify(told)}`, "alarm"]);
});

it("keeps them where nobody else would have them", () => {
  hasOthers = false;
  reach.nobodyEverCame(3);
  expect([isAside, said]).toEqual([false, []]);
});

it("takes them again as soon as somebody comes, and is not tried after that", () => {
  reach.nobodyEverCame(3);
  reach.somebodyCame();
  expect(isAside).toBe(false);
  expect(clock.next()).toBe(false);
  expect(said.at(-1)).toMatch(/^info/);
});

it("says nothing of the first who comes where all is well", () => {
  reach.somebodyCame();
  expect(said).toEqual([]);
});

it("is tried again after pauses that grow, up to an hour", () => {
  const pauses: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    reach.nobodyEverCame(3 * time);
    const since = clock.now();
    expect([isAside, clock.next(), isAside]).toEqual([true, true, false]);
    pauses.push((clock.now() - since) / MINUTE_MS);
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it("is not tried where it came back before for want of others, or is to end", () => {
  reach.nobodyEverCame(3);
  isAside = false;
  const lines = said.length;
  expect(clock.next()).toBe(true);
  expect(said).toHaveLength(lines);
  reach.nobodyEverCame(6);
  reach.close();
  expect(clock.next()).toBe(false);
});
