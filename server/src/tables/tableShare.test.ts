import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { BEAT_MS, LEASE_MS } from "./lease.ts";
import type { Census, CensusStore, SelfReport } from "./sharing.ts";
import { STEADY_LOOKS, TableShare } from "./tableShare.ts";

let clock: ManualClock;
let reports: SelfReport[];
let census: Census;
let heard: () => void;
beforeEach(() => {
  heard = () => {};
  clock = new ManualClock();
  reports = [];
  const tables = [{ tableId: "t1", holder: null, players: 0, offeredTo: null }];
  const processes = ["a", "b"].map((holder) => process(holder));
  census = { processes, tables };
});

/** What a process tells that would run every table. */
const process = (holder: string, accepts = true) => ({ holder, accepts, tableIds: null });

function shareOf(holder: string, startsAside = false): TableShare {
  const store: CensusStore = {
    holder,
    census: async (report) => {
      reports.push(report);
      heard();
      return census;
    },
  };
  const players = () => new Map([["t9", 4]]);
  return new TableShare({ store, clock, tableIds: ["t1"], players, startsAside });
}

it("tells of itself with each look", async () => {
  const share = shareOf("a");
  await share.look();
  share.drain();
  await share.look();
  const players = new Map([["t9", 4]]);
  expect(reports).toEqual([
    { accepts: true, players, tableIds: ["t1"] },
    { accepts: false, players, tableIds: ["t1"] },
  ]);
});

it("takes nothing before it has looked", () => {
  expect(shareOf("a").toTake(["t1"])).toEqual([]);
});

it("takes what is another's only once that has let it lie for two beats", async () => {
  const share = shareOf("b");
  await share.look();
  expect(share.toTake(["t1"])).toEqual([]);
  clock.advance(2 * BEAT_MS);
  await share.look();
  expect(share.toTake(["t1"])).toEqual(["t1"]);
});

it("counts the time anew where the table was run meanwhile", async () => {
  const share = shareOf("b");
  await share.look();
  const { processes, tables } = census;
  census = { processes, tables: tables.map((table) => ({ ...table, holder: "a" })) };
  for (let look = 0; look < STEADY_LOOKS; look += 1) await share.look();
  census = { processes, tables };
  clock.advance(2 * BEAT_MS);
  await share.look();
  expect(share.toTake(["t1"])).toEqual([]);
});

/** `a` has two tables with players, `b` has none. */
function crowded(): Census {
  const tables = ["t1", "t2"].map((tableId) => ({
    tableId,
    holder: "a",
    players: 5,
    offeredTo: null,
  }));
  return { ...census, tables };
}

it("hands over what was too much for three looks running, and not before", async () => {
  const share = shareOf("a");
  const even = { ...census, tables: [] };
  census = crowded();
  for (const [seen, due] of [
    [crowded(), []],
    [crowded(), []],
    [even, []],
    [crowded(), []],
    [crowded(), []],
    [crowded(), ["t1"]],
    [crowded(), ["t1"]],
    [even, []],
  ] as const) {
    census = seen;
    await share.look();
    expect(share.toHandOver()).toEqual(due);
  }
});

describe("beside a table that is free", () => {
  const broken = { tableId: "broken", players: 0, offeredTo: null };
  const beside = (holder: string | null): Census => ({
    ...census,
    tables: [...crowded().tables, { ...broken, holder }],
  });
  /** What is due after so many looks, a beat apart. */
  async function dueAfter(share: TableShare, looks: number): Promise<readonly string[]> {
    for (let look = 0; look < looks; look += 1) {
      clock.advance(BEAT_MS);
      await share.look();
    }
    return share.toHandOver();
  }

  it("hands over nothing at first, and its excess where nobody can run that one", async () => {
    const share = shareOf("a");
    census = beside(null);
    expect(await dueAfter(share, LEASE_MS / BEAT_MS)).toEqual([]);
    expect(await dueAfter(share, 1 + STEADY_LOOKS)).toEqual(["t1"]);
  });

  it("goes on with that while somebody tries to run it, for a look or two", async () => {
    const share = shareOf("a");
    census = beside(null);
    await dueAfter(share, 10);
    for (let tries = 0; tries < 5; tries += 1) {
      census = beside("b");
      expect(await dueAfter(share, STEADY_LOOKS - 1)).toEqual(["t1"]);
      census = beside(null);
      expect(await dueAfter(share, 1)).toEqual(["t1"]);
    }
  });

  it("waits again where that one ran meanwhile", async () => {
    const share = shareOf("a");
    census = beside(null);
    await dueAfter(share, 10);
    census = beside("b");
    await dueAfter(share, STEADY_LOOKS);
    census = beside(null);
    expect(await dueAfter(share, 1)).toEqual([]);
  });
});

it("goes on with a table that is not too much any more, but while it drains", async () => {
  const share = shareOf("a");
  census = crowded();
  await share.look();
  expect([share.isToStay("t1"), share.isToStay("t2")]).toEqual([false, true]);
  census = { ...census, tables: [] };
  await share.look();
  expect(share.isToStay("t1")).toBe(true);
  share.drain();
  await share.look();
  expect(share.isToStay("t1")).toBe(false);
});

it("offers what it gives up in turn, until it has looked again", async () => {
  const share = shareOf("a");
  census = {
    ...crowded(),
    processes: ["a", "b", "c"].map((holder) => process(holder)),
  };
  share.drain();
  await share.look();
  expect([share.offer("t1"), share.offer("t2")]).toEqual(["b", "c"]);
  census = { ...census, processes: [process("a", false)] };
  await share.look();
  expect(share.offer("t1")).toBeNull();
});

it("takes nothing while it drains, however long it lies", async () => {
  const share = shareOf("a");
  share.drain();
  await share.look();
  clock.advance(10 * BEAT_MS);
  await share.look();
  expect(share.toTake(["t1"])).toEqual([]);
});

it("knows whether anyone else would take what it gives up", async () => {
  const share = shareOf("a");
  await share.look();
  expect(share.others).toBe(true);
  census = { ...census, processes: [process("a")] };
  await share.look();
  expect(share.others).toBe(false);
});

it("knows who plays at a table of another process, for as long as a lease lives", async () => {
  const share = shareOf("b");
  const runBy = async (holder: string | null) => {
    const tables = [{ tableId: "t1", holder, players: 7, offeredTo: null }];
    census = { processes: census.processes, tables };
    await share.look();
    return share.playersElsewhere("t1");
  };
  expect(share.playersElsewhere("t1")).toBeNull();
  expect(await runBy(null)).toBeNull();
  expect(await runBy("b")).toBeNull();
  expect(await runBy("a")).toBe(7);
  expect(share.playersElsewhere("t2")).toBeNull();
  clock.advance(LEASE_MS);
  expect(share.playersElsewhere("t1")).toBe(7);
  clock.advance(1);
  expect(share.playersElsewhere("t1")).toBeNull();
});

it("stands aside where there are others, with nothing taken and all handed over, until it comes back", async () => {
  const share = shareOf("a");
  census = { ...census, tables: crowded().tables.slice(0, 1) };
  await share.look();
  expect(share.toHandOver()).toEqual([]);
  expect([share.standAside(), share.isAside]).toEqual([true, true]);
  await share.look();
  expect(reports.map(({ accepts }) => accepts)).toEqual([true, false]);
  expect([share.toHandOver(), share.isToStay("t1")]).toEqual([["t1"], false]);
  expect(share.toTake(["t1"])).toEqual([]);
  share.comeBack();
  await share.look();
  expect(reports.at(-1)?.accepts).toBe(true);
  expect([share.toHandOver(), share.isToStay("t1")]).toEqual([[], true]);
});

it("goes on aside with what nobody else has", async () => {
  const share = shareOf("a");
  const processes = [process("a"), { ...process("b"), tableIds: ["t2"] }];
  census = { ...crowded(), processes };
  await share.look();
  share.standAside();
  await share.look();
  expect(share.toHandOver()).toEqual(["t2"]);
  expect([share.offer("t1"), share.offer("t2")]).toEqual([null, "b"]);
});

it("knows of others' tables what they tell, and what they run", async () => {
  const share = shareOf("b");
  const isOthers = () => ["t1", "t2", "t3"].filter((tableId) => share.isOthers(tableId));
  expect(isOthers()).toEqual([]);
  const tables = [
    { tableId: "t1", holder: "a", players: 0, offeredTo: null },
    { tableId: "t2", holder: "b", players: 0, offeredTo: null },
  ];
  census = { ...census, tables };
  await share.look();
  expect(isOthers()).toEqual(["t1"]);
  census = { ...census, known: new Set(["t3"]) };
  await share.look();
  expect(isOthers()).toEqual(["t1", "t3"]);
});

it("begins aside where there are others, and takes what is its from the look after it has come back", async () => {
  const share = shareOf("a", true);
  await share.look();
  expect([share.isAside, share.toTake(["t1"])]).toEqual([true, []]);
  share.comeBack();
  await share.look();
  expect([share.isAside, share.toTake(["t1"])]).toEqual([false, ["t1"]]);
  expect(reports.map(({ accepts }) => accepts)).toEqual([false, true]);
});

it("begins in its place where it is alone: the first look finds all tables its own", async () => {
  const share = shareOf("a", true);
  heard = () => {
    const accepts = reports.at(-1)?.accepts === true;
    census = { ...census, processes: [process("a", accepts)] };
  };
  await share.look();
  expect([share.isAside, share.toTake(["t1"])]).toEqual([false, ["t1"]]);
});

it("stands aside for good where it was replaced, and runs tables only where nobody else does", async () => {
  const share = shareOf("a");
  const here = { ...census, tables: crowded().tables.slice(0, 1) };
  census = { ...here, replaced: true };
  await share.look();
  expect([share.isAside, share.toHandOver()]).toEqual([true, ["t1"]]);
  share.comeBack();
  census = here;
  await share.look();
  expect([share.isAside, reports.at(-1)?.accepts]).toEqual([true, false]);
  census = { ...here, processes: [process("a", false)] };
  await share.look();
  expect(share.isAside).toBe(false);
  census = { ...here, replaced: true };
  await share.look();
  expect(share.isAside).toBe(true);
});

it("does not stand aside where nobody else would take the tables, or does any more", async () => {
  const share = shareOf("a");
  const [self, other] = [process("a"), process("b", false)];
  census = { ...census, processes: [self, other] };
  await share.look();
  expect([share.standAside(), share.isAside]).toEqual([false, false]);
  census = { ...census, processes: [self, { ...other, accepts: true }] };
  await share.look();
  expect(share.standAside()).toBe(true);
  census = { ...census, processes: [{ ...self, accepts: false }, other] };
  await share.look();
  expect(share.isAside).toBe(false);
  await share.look();
  expect(reports.at(-1)?.accepts).toBe(true);
});

it("takes nothing more where it drains, whether it comes back or not", async () => {
  const share = shareOf("a");
  await share.look();
  share.standAside();
  share.drain();
  share.comeBack();
  await share.look();
  expect(reports.at(-1)?.accepts).toBe(false);
});
