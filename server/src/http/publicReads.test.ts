import { expect, it } from "vitest";
import { FORGOTTEN_MS, HouseFloor } from "../cluster/houseFloor.ts";
import type { News } from "../cluster/news.ts";
import { ReadCache } from "../cluster/readCache.ts";
import { readTables } from "../config/tables.ts";
import { createLogger } from "../platform/log.ts";
import type { TableSummary } from "../tables/floor.ts";
import { atRest } from "../tables/floor.ts";
import type { HouseTables } from "../tables/tables.ts";
import { ManualClock } from "../testing/manualClock.ts";
import { MemoryReads } from "../testing/memoryReads.ts";
import { tableEndpoints } from "./api.ts";
import { tablesRead } from "./publicReads.ts";

/** Nothing of a killed process is shown for longer. */
const GHOST_MS = 5_000;

const CONFIGS = readTables(JSON.stringify([{ id: "main" }, { id: "other" }]));

/** A process that runs no table, and hears of those that others run. */
function processOf(clock: ManualClock, shared: MemoryReads, configs = CONFIGS) {
  let heard: (summaries: readonly TableSummary[]) => void = () => undefined;
  const news = {
    tell: () => undefined,
    hear: (_topic: string, _shape: unknown, listener: typeof heard) => {
      heard = listener;
    },
  } as unknown as News;
  const books = { isElsewhere: () => false, summaries: async () => [] };
  const tables = {
    configs,
    hosts: new Map(),
    follow: () => () => undefined,
  } as unknown as HouseTables;
  const { "api-tables": endpoint } = tableEndpoints({
    tables,
    floor: new HouseFloor({ tables, news, books, clock, log: createLogger("silent") }),
    clock,
    archive: undefined as never,
    players: undefined as never,
    reads: new ReadCache({ clock, shared }),
    wins: () => [],
  });
  const ask = endpoint as unknown as (of: object) => Promise<Response>;
  const request = new Request("http://house.test");
  return {
    hear: (...tableIds: string[]) => heard(tableIds.map((id) => ({ ...atRest(id), round: 7 }))),
    list: async () => {
      const asked = { params: {}, query: {}, request, headers: request.headers };
      const response = await ask({ ...asked, asResponse: true });
      const { tables: listed } = (await response.json()) as { tables: { tableId: string }[] };
      return listed.map(({ tableId }) => tableId);
    },
  };
}

function house() {
  const clock = new ManualClock();
  const shared = new MemoryReads(clock);
  return { clock, shared, one: processOf(clock, shared), other: processOf(clock, shared) };
}

it("lists the tables of a process that was killed for at most five seconds", async () => {
  const { clock, one, other } = house();
  for (const process of [one, other]) process.hear("main", "other");
  const killedAt = clock.now();
  // The last list that has them is as late as can be, and whoever copies it is, too.
  clock.advance(FORGOTTEN_MS);
  expect(await one.list()).toEqual(["main", "other"]);
  clock.advance(tablesRead(CONFIGS).keptMs - 1);
  expect(await other.list()).toEqual(["main", "other"]);
  for (;;) {
    clock.advance(1);
    const listed = [...(await one.list()), ...(await other.list())];
    if (listed.length === 0) break;
    expect(clock.now() - killedAt).toBeLessThan(GHOST_MS);
  }
  expect(clock.now() - killedAt).toBe(FORGOTTEN_MS + tablesRead(CONFIGS).keptMs);
});

it("takes the list of a process that has just come for nobody else's", async () => {
  const { shared, one, other } = house();
  one.hear("main");
  other.hear("main", "other");
  expect(await one.list()).toEqual(["main"]);
  expect(await other.list()).toEqual(["main", "other"]);
  expect(shared.answers.size).toBe(1);
});

it("gives a process with other tables another list", async () => {
  const { clock, shared, one } = house();
  const newer = processOf(clock, shared, readTables(JSON.stringify([{ id: "main" }, { id: "x" }])));
  one.hear("main", "other");
  newer.hear("main", "x");
  expect(await one.list()).toEqual(["main", "other"]);
  expect(await newer.list()).toEqual(["main", "x"]);
});
