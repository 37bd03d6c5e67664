import { beforeEach, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { BEAT_MS } from "./lease.ts";
import type { Census, CensusStore, SelfReport } from "./sharing.ts";
import { TableShare } from "./tableShare.ts";

let clock: ManualClock;
let reports: SelfReport[];
let census: Census;
beforeEach(() => {
  clock = new ManualClock();
  reports = [];
  const tables = [{ tableId: "t1", holder: null, players: 0 }];
  const processes = ["a", "b"].map((holder) => ({ holder, accepts: true }));
  census = { processes, tables };
});

function shareOf(holder: string): TableShare {
  const store: CensusStore = {
    holder,
    census: async (report) => {
      reports.push(report);
      return census;
    },
  };
  const players = () => new Map([["t9", 4]]);
  return new TableShare({ store, clock, tableIds: ["t1"], players });
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
  await share.look();
  census = { processes, tables };
  clock.advance(2 * BEAT_MS);
  await share.look();
  expect(share.toTake(["t1"])).toEqual([]);
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
  census = { ...census, processes: [{ holder: "a", accepts: true }] };
  await share.look();
  expect(share.others).toBe(false);
});
