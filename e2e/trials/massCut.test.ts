import { describe, expect, it } from "vitest";
import { costsByThirds, faultsOfCosts, faultsOfReturn, wereCut } from "./massCutCosts.ts";

/** A return each millisecond, told each tenth of them. */
const news = Array.from({ length: 31 }, (_, index) => ({
  at: 10 * index,
  inside: 10 * index,
  entries: 500 + 10 * index,
  anew: 0,
  failures: Math.max(0, index - 20),
}));
const samplesOf = (cpuMsAt: (at: number) => number) =>
  news.map(({ at }) => ({ at, cpuMs: 7_000 + cpuMsAt(at) }));
const costsOf = (cpuMsAt: (at: number) => number, rest = { empty: 0, full: 0 }) =>
  costsByThirds({ sockets: 300, news, samples: samplesOf(cpuMsAt), rest }).map(
    ({ costMs }) => Math.round(100 * costMs) / 100,
  );

describe("what a return costs", () => {
  it("is told while few are back, and while most are", () => {
    // The last third of them costs twice as much.
    expect(costsOf((at) => at + Math.max(0, at - 200))).toEqual([1, 1, 2]);
  });

  it("is without what everything costs that goes on meanwhile", () => {
    expect(costsOf((at) => 1.5 * at, { empty: 0.5, full: 0.5 })).toEqual([1, 1, 1]);
  });

  it("is without what those cost who are back already, of whom there are more and more", () => {
    // Half a millisecond each millisecond for a full house; the sum of it grows with the square.
    const crowd = (at: number) => (0.5 * at * (at + 10)) / (2 * 300);
    expect(costsOf((at) => at + crowd(at), { empty: 0, full: 0.5 })).toEqual([1, 1, 1]);
  });

  it("comes with the tries that led to nothing", () => {
    const thirds = costsByThirds({
      sockets: 300,
      news,
      samples: samplesOf((at) => at),
      rest: { empty: 0, full: 0 },
    });
    expect(thirds.map(({ failures }) => failures)).toEqual([0, 0, 10]);
  });

  it("is not there where nobody came back", () => {
    expect(
      costsByThirds({ sockets: 300, news: [], samples: [], rest: { empty: 0, full: 0 } }),
    ).toEqual([]);
  });
});

describe("a cut", () => {
  const full = { at: 0, inside: 300, entries: 500, anew: 500, failures: 0 };
  const cut = (...told: readonly object[]) =>
    wereCut(
      300,
      full,
      told.map((changes) => ({ ...full, ...changes })),
    );

  it("is told of where most are out, or came in once more before anything was told", () => {
    expect(cut({ inside: 299 }, { inside: 12 })).toBe(true);
    expect(cut({ entries: 800 })).toBe(true);
  });

  it("is not where nothing happened yet", () => {
    expect(cut()).toBe(false);
    expect(cut({}, { inside: 290, entries: 510 })).toBe(false);
  });
});

describe("how a crowd came back", () => {
  const faults = (changes: object = {}) => {
    const [first, last] = [news[0], news.at(-1)];
    if (first === undefined || last === undefined) throw new Error("there is no news");
    return faultsOfReturn(300, [first, { ...last, ...changes }]);
  };

  it("is sound where it was in the seats that were theirs", () => {
    expect(faults()).toEqual([]);
  });

  it("is not where nobody tells of it", () => {
    expect(faultsOfReturn(300, [])).toHaveLength(1);
    expect(faults({ entries: 500 })).toEqual(["only 0 returns were told of"]);
  });

  it("is not where seats were lost, or many tries were in vain", () => {
    expect(faults({ anew: 4 })).toEqual(["4 players lost the seats that were kept for them"]);
    expect(faults({ failures: 700 })).toEqual(["700 tries to come back led to nothing"]);
  });
});

describe("what it cost", () => {
  const faults = (...costs: readonly number[]) =>
    faultsOfCosts(costs.map((costMs) => ({ costMs, failures: 0 })));

  it("is sound where the last cost what the first did", () => {
    expect(faults(1, 1.1, 1.2)).toEqual([]);
  });

  it("is not where the last cost more, or nothing is known of the first", () => {
    expect(faults(1, 1, 1.3)).toEqual(["a return costs 1, 1, 1.3 ms by thirds"]);
    expect(faults(0, 1, 1)).toHaveLength(1);
    expect(faults()).toHaveLength(1);
  });
});
