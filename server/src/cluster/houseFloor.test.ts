import type { TableState } from "@croupier/shared/core/table/state";
import { createTable, playerAt } from "@croupier/shared/core/table/state";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { createLogger } from "../platform/log.ts";
import { summaryOf } from "../tables/floor.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { TableEvent, TableHost } from "../tables/tableHost.ts";
import type { HouseTables, TablesFollower } from "../tables/tables.ts";
import { ManualClock } from "../testing/manualClock.ts";
import { tableConfig } from "../testing/rounds.ts";
import { FORGOTTEN_MS, HouseFloor, LATE_MS, TELL_MS } from "./houseFloor.ts";

const CONFIGS = ["one", "two"].map(tableConfig);

/** What is told on one side is heard on all others, as JSON. */
class Wire {
  readonly told: string[] = [];
  readonly #listeners: { readonly side: object; readonly hear: (text: string) => void }[] = [];

  side() {
    const side = {
      tell: async (_: string, news: unknown) => {
        const text = JSON.stringify(news);
        this.told.push(text);
        this.send(text, side);
        return true;
      },
      hear: <Shape>(_: string, shape: z.ZodType<Shape>, listener: (news: Shape) => void) => {
        const hear = (text: string) => {
          const news = shape.safeParse(JSON.parse(text));
          if (news.success) listener(news.data);
        };
        this.#listeners.push({ side, hear });
      },
    };
    return side;
  }

  isThere = true;

  send(text: string, from?: object): void {
    if (!this.isThere) return;
    for (const { side, hear } of this.#listeners) if (side !== from) hear(text);
  }
}

/** The tables of one process. */
class Process implements HouseTables {
  readonly configs = CONFIGS;
  readonly hosts = new Map<string, TableHost>();
  readonly floor: HouseFloor;
  /** Whose tables the database knows of; null where it does not answer. */
  booked: Process | null = null;
  asked = 0;
  readonly #followers: TablesFollower[] = [];
  readonly #listeners = new Map<string, ((event: TableEvent) => void)[]>();

  constructor(wire: Wire, clock: ManualClock) {
    const books = {
      isElsewhere: (tableId: string) => this.booked?.hosts.has(tableId) === true,
      summaries: async (tableIds: readonly string[]) => {
        this.asked += 1;
        if (this.booked === null) throw new BankUnavailableError("away");
        return tableIds.flatMap((id) => {
          const host = this.booked?.hosts.get(id);
          return host === undefined ? [] : [summaryOf(host)];
        });
      },
    };
    const log = createLogger("silent");
    this.floor = new HouseFloor({ tables: this, news: wire.side(), books, clock, log });
  }

  follow(follower: TablesFollower): () => void {
    this.#followers.push(follower);
    return () => undefined;
  }

  open(tableId: string, round: number): TableState {
    const config = CONFIGS.find((one) => one.tableId === tableId) ?? tableConfig(tableId);
    const state = createTable(config, { lastRound: round, lastPockets: [] });
    const listeners: ((event: TableEvent) => void)[] = [];
    this.#listeners.set(tableId, listeners);
    const subscribe = (listener: (event: TableEvent) => void) => {
      listeners.push(listener);
      return () => undefined;
    };
    const host = { config, state, subscribe } as unknown as TableHost;
    this.hosts.set(tableId, host);
    for (const { opened } of this.#followers) opened(host);
    return state;
  }

  turn(tableId: string): void {
    for (const listener of this.#listeners.get(tableId) ?? []) listener({ type: "turn" });
  }
}

function twoProcesses() {
  const [wire, clock] = [new Wire(), new ManualClock()];
  return { wire, clock, here: new Process(wire, clock), there: new Process(wire, clock) };
}

describe("the floor of several processes", () => {
  it("shows a table of another one as it stands there, from its turn on", async () => {
    const { here, there } = twoProcesses();
    const state = there.open("one", 7);
    playerAt(state, "ada").seated = true;
    state.lastPockets.push("17", "0");
    expect(here.floor.summary("one")).toBeNull();
    there.turn("one");
    await Promise.resolve();
    expect(here.floor.summary("one")).toEqual(there.floor.summary("one"));
    expect(here.floor.summary("one")).toMatchObject({
      round: 7,
      players: 1,
      lastPockets: ["17", "0"],
    });
    expect(here.floor.summary("two")).toBeNull();
  });

  it("tells turns of one moment together", async () => {
    const { wire, there } = twoProcesses();
    there.open("one", 1);
    there.open("two", 1);
    there.turn("one");
    there.turn("two");
    await Promise.resolve();
    expect(wire.told).toHaveLength(1);
    expect(JSON.parse(wire.told[0] ?? "")).toHaveLength(2);
  });

  it("hears again what was lost, with the next beat", () => {
    const { clock, here, there } = twoProcesses();
    const state = there.open("one", 3);
    state.round = 4;
    clock.advance(TELL_MS);
    expect(here.floor.summary("one")?.round).toBe(4);
  });

  it("forgets a table that nobody tells of any more", () => {
    const { clock, here, there } = twoProcesses();
    there.open("one", 3);
    clock.advance(TELL_MS);
    there.floor.close();
    clock.advance(FORGOTTEN_MS);
    expect(here.floor.summary("one")).not.toBeNull();
    clock.advance(1);
    expect(here.floor.summary("one")).toBeNull();
  });

  it("asks the books for a table that it does not hear of and another one runs", async () => {
    const { wire, clock, here, there } = twoProcesses();
    const state = there.open("one", 3);
    clock.advance(TELL_MS);
    here.booked = there;
    for (let beat = 0; beat < 10; beat += 1) {
      clock.advance(TELL_MS);
      await Promise.resolve();
      expect(here.floor.summary("one")?.round).toBe(3);
    }
    expect(here.asked).toBe(0);
    wire.isThere = false;
    state.round = 4;
    for (let beat = 0; beat < 10; beat += 1) {
      clock.advance(TELL_MS);
      await Promise.resolve();
      const round = beat * TELL_MS < LATE_MS ? 3 : 4;
      expect(here.floor.summary("one")?.round, `beat ${beat}`).toBe(round);
    }
    // It is heard of again.
    wire.isThere = true;
    state.round = 5;
    clock.advance(TELL_MS);
    expect(here.floor.summary("one")?.round).toBe(5);
  });

  it("shows no table that nobody runs, whatever the books said of it", async () => {
    const { wire, clock, here, there } = twoProcesses();
    wire.isThere = false;
    there.open("one", 3);
    here.booked = there;
    clock.advance(TELL_MS);
    await Promise.resolve();
    expect(here.floor.summary("one")?.round).toBe(3);
    here.booked = null;
    expect(here.floor.summary("one")).toBeNull();
  });

  it("forgets what the books said once they do not answer", async () => {
    const { wire, clock, here, there } = twoProcesses();
    wire.isThere = false;
    there.open("one", 3);
    here.booked = there;
    clock.advance(TELL_MS);
    await Promise.resolve();
    here.floor.close();
    clock.advance(FORGOTTEN_MS);
    expect(here.floor.summary("one")?.round).toBe(3);
    clock.advance(1);
    expect(here.floor.summary("one")).toBeNull();
  });

  it("believes the process that is further, while two tell of one table", () => {
    const { wire, clock, here, there } = twoProcesses();
    there.open("one", 8);
    clock.advance(TELL_MS);
    wire.send(JSON.stringify([{ ...there.floor.summary("one"), round: 7, players: 99 }]));
    expect(here.floor.summary("one")).toMatchObject({ round: 8, players: 0 });
    wire.send(JSON.stringify([{ ...there.floor.summary("one"), round: 9, players: 99 }]));
    expect(here.floor.summary("one")).toMatchObject({ round: 9, players: 99 });
  });

  it("shows its own table, whatever others tell", () => {
    const { clock, here, there } = twoProcesses();
    here.open("one", 2);
    there.open("one", 9);
    clock.advance(TELL_MS);
    expect(here.floor.summary("one")?.round).toBe(2);
  });

  it.each<[string, unknown]>([
    ["no list", { tableId: "one" }],
    ["half a table", [{ tableId: "one", round: 3 }]],
    ["more tables than there may be", Array.from({ length: 65 }, () => ({}))],
    ["a table that is not of this house", null],
  ])("hears nothing in %s", (_what, news) => {
    const { wire, here, there } = twoProcesses();
    there.open("one", 3);
    const strange = [{ ...there.floor.summary("one"), tableId: "three" }];
    wire.send(JSON.stringify(news ?? strange));
    expect(here.floor.summary("one")).toBeNull();
    expect(here.floor.summary("three")).toBeNull();
  });
});
