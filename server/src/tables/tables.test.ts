import { tableConfig } from "@croupier/shared/testing/drivenTable";
import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { MemoryLeases } from "../testing/memoryLeases.ts";
import { MemoryTableStore } from "../testing/memoryTableStore.ts";
import type { Lease, TableStores } from "./lease.ts";
import { BEAT_MS, LEASE_MS, StaleLeaseError } from "./lease.ts";
import type { TableStore } from "./store.ts";
import { Tables } from "./tables.ts";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const CONFIGS = ["one", "two"].map((tableId) => tableConfig({ tableId }));

/** Two processes on one database. */
class World {
  readonly clock = new ManualClock();
  readonly leases = new MemoryLeases(this.clock);
  readonly store = new MemoryTableStore();
  readonly told: string[] = [];
  configs = CONFIGS;
  /** Epochs whose writes are refused. */
  readonly stale = new Set<string>();
  readonly #dead = new Set<string>();
  prepare: (lease: Lease) => Promise<void> = () => Promise.resolve();

  readonly #stores: TableStores = {
    of: (lease) => {
      const refuse = async () => {
        if (this.stale.has(`${lease.tableId} ${lease.epoch}`)) throw new StaleLeaseError(lease);
      };
      return new Proxy<TableStore>(this.store, {
        get: (store, name: keyof TableStore) => async (first: never, second: never) => {
          await refuse();
          if (name === "prepareTable") await this.prepare(lease);
          return store[name](first, second);
        },
      });
    },
  };

  /** Nothing of the process reaches the database any more. */
  kill(name: string): void {
    this.#dead.add(name);
  }

  /** `sharing`: with the others that do. */
  process(name: string, sharing = false, startsAside = false): Tables {
    const living = this.leases.of(name);
    const leases = new Proxy(living, {
      get: (store, key: keyof typeof living) =>
        this.#dead.has(name) ? () => new Promise(() => undefined) : store[key],
    });
    const tables = new Tables({
      configs: this.configs,
      leases,
      ...(sharing ? { census: leases, startsAside } : {}),
      stores: this.#stores,
      clock: this.clock,
      random: () => 0,
      observer: {
        turned: () => undefined,
        unavailable: () => undefined,
        froze: (tableId, error) => this.told.push(`${name} froze ${tableId}: ${error}`),
        leased: () => undefined,
        handedOver: () => undefined,
        unleased: () => undefined,
        noBeat: () => undefined,
      },
    });
    tables.follow({
      opened: ({ config }) => this.told.push(`${name} opened ${config.tableId}`),
      closed: ({ config }) => this.told.push(`${name} closed ${config.tableId}`),
    });
    return tables;
  }

  async pass(elapsedMs: number): Promise<void> {
    for (let passed = 0; passed < elapsedMs; passed += BEAT_MS / 2) {
      this.clock.advance(BEAT_MS / 2);
      for (let turn = 0; turn < 5; turn += 1) await settle();
    }
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe("the tables of a house", () => {
  it("open in one process, in the order of the configuration", async () => {
    const [first, second] = [world.process("first"), world.process("second")];
    await first.open();
    await second.open();
    expect([...first.hosts.keys()]).toEqual(["one", "two"]);
    expect(second.hosts.size).toBe(0);
    expect(second.configs.map(({ tableId }) => tableId)).toEqual(["one", "two"]);
  });

  it("open in another one after the first has stopped", async () => {
    const [first, second] = [world.process("first"), world.process("second")];
    await first.open();
    await second.open();
    const stopping = first.stop();
    await world.pass(BEAT_MS);
    await stopping;
    await world.pass(2 * BEAT_MS);
    expect([...second.hosts.keys()]).toEqual(["one", "two"]);
    expect(world.told.slice(2)).toEqual(["second opened one", "second opened two"]);
  });

  it("close where a write is refused, and tell whoever sits there", async () => {
    const first = world.process("first");
    await first.open();
    const events: string[] = [];
    const host = first.hosts.get("one");
    host?.subscribe(({ type }) => events.push(type));
    await world.leases.of("first").release([{ tableId: "one", epoch: 1 }]);
    await world.leases.of("second").take(["one"]);
    world.stale.add("one 1");
    // The round that is about to open cannot.
    await world.pass(BEAT_MS / 2);
    expect(events.at(-1)).toBe("lost");
    expect(world.told).toContain("first closed one");
    expect([...first.hosts.keys()]).toEqual(["two"]);
    const bet = { playerId: "ann", op: "a", kind: "bet", chips: [["red", 5]] } as const;
    expect(await host?.operate(bet)).toMatchObject({ refusal: { code: "TABLE_PAUSED" } });
  });

  it("come back to the process that lost them, with the next lease", async () => {
    const first = world.process("first");
    await first.open();
    await world.leases.of("first").release([{ tableId: "two", epoch: 1 }]);
    await world.leases.of("second").take(["two"]);
    await world.pass(LEASE_MS + 2 * BEAT_MS);
    expect(world.told.slice(2)).toEqual(["first closed two", "first opened two"]);
    expect(world.leases.holding("two")).toBe("first 3");
  });
});

it("says that the bank is away although nobody bets, and that it is back", async () => {
  const first = world.process("first");
  await first.open();
  await world.pass(BEAT_MS);
  const state = () => first.hosts.get("one")?.state;
  expect(state()?.stage).toBe("betting");
  world.leases.away = true;
  await world.pass(BEAT_MS);
  expect(state()?.bankAvailable).toBe(true);
  world.store.away = true;
  await world.pass(BEAT_MS);
  expect(state()?.bankAvailable).toBe(false);
  world.leases.away = false;
  world.store.away = false;
  await world.pass(2 * BEAT_MS);
  expect(state()?.bankAvailable).toBe(true);
});

describe("a table that cannot start", () => {
  it("keeps no other one from opening, and is tried again", async () => {
    const broken = new Error("a table without a past");
    world.prepare = async ({ tableId }) => {
      if (tableId === "one") throw broken;
    };
    const first = world.process("first");
    expect(await first.open()).toEqual([broken]);
    expect([...first.hosts.keys()]).toEqual(["two"]);
    world.prepare = () => Promise.resolve();
    await world.pass(1_000 + BEAT_MS);
    expect([...first.hosts.keys()]).toEqual(["one", "two"]);
  });

  it("is left to whoever can, and tried again", async () => {
    const first = world.process("first");
    await first.open();
    world.prepare = async ({ tableId, epoch }) => {
      if (tableId === "one" && epoch < 4) throw new Error("not yet");
    };
    await world.leases.of("first").release([{ tableId: "one", epoch: 1 }]);
    await world.pass(4_000 + BEAT_MS);
    expect(world.told).toContain("first froze one: Error: not yet");
    expect(world.told.at(-1)).toBe("first opened one");
    expect(first.hosts.size).toBe(2);
  });

  it("is tried again after pauses that grow, whoever calls for a look meanwhile", async () => {
    const [first, second] = [world.process("first"), world.process("second")];
    await first.open();
    await second.open();
    world.prepare = async ({ tableId }) => {
      if (tableId === "one") throw new Error("not yet");
    };
    const triesIn = async (ms: number) => {
      const before = world.told.length;
      for (let passed = 0; passed < ms; passed += BEAT_MS) {
        first.lookNow();
        second.lookNow();
        await world.pass(BEAT_MS);
      }
      return world.told.slice(before).filter((line) => line.includes("froze one")).length / 2;
    };
    await world.leases.of("first").release([{ tableId: "one", epoch: 1 }]);
    // At once, and 1, 3, 7, 15 and 31 s later; then every half a minute.
    expect(await triesIn(40_000)).toBe(6);
    expect(await triesIn(300_000)).toBe(10);
    world.prepare = () => Promise.resolve();
    await world.pass(30_000 + BEAT_MS);
    expect(world.told.at(-1)).toMatch("opened one");
  });

  it("is nobody's concern where its lease was lost meanwhile", async () => {
    world.stale.add("one 1");
    const first = world.process("first");
    await first.open();
    expect([...first.hosts.keys()]).toEqual(["two"]);
    expect(world.told).toEqual(["first opened two"]);
  });
});

describe("among several processes", () => {
  /** Long enough for any round of these tables. */
  const ROUND_MS = 60_000;
  const idsOf = (tables: Tables) => [...tables.hosts.keys()];

  async function pair(): Promise<readonly [Tables, Tables]> {
    const first = world.process("first", true);
    await first.open();
    const second = world.process("second", true);
    await second.open();
    return [first, second];
  }

  it("give a newcomer its share, each table between two rounds", async () => {
    const [first, second] = await pair();
    expect(idsOf(first)).toEqual(["one", "two"]);
    const leaving = first.hosts.get("one");
    await world.pass(ROUND_MS);
    expect(idsOf(first)).toEqual(["two"]);
    expect(idsOf(second)).toEqual(["one"]);
    const { round = 0, stage } = leaving?.state ?? {};
    expect([stage, world.store.round("one", round).status]).toEqual(["opening", "settled"]);
    expect(second.hosts.get("one")?.state.round).toBeGreaterThan(round);
  });

  it("give a newcomer its share beside a table that nobody can start", async () => {
    world.prepare = async ({ tableId }) => {
      if (tableId === "broken") throw new Error("a table without a past");
    };
    world.configs = ["one", "two", "broken"].map((tableId) => tableConfig({ tableId }));
    const [first, second] = await pair();
    expect(idsOf(first)).toEqual(["one", "two"]);
    await world.pass(2 * ROUND_MS);
    expect([idsOf(first), idsOf(second)]).toEqual([["two"], ["one"]]);
  });

  it("stay where they are once the shares are even", async () => {
    const [first, second] = await pair();
    await world.pass(ROUND_MS);
    const told = world.told.length;
    await world.pass(2 * ROUND_MS);
    expect(world.told).toHaveLength(told);
    expect([idsOf(first), idsOf(second)]).toEqual([["two"], ["one"]]);
  });

  it("stay, seats and all, where who was to have one is gone before its round is over", async () => {
    const [first] = await pair();
    const told = world.told.length;
    await world.pass(4 * BEAT_MS);
    world.kill("second");
    await world.pass(2 * ROUND_MS);
    expect(idsOf(first)).toEqual(["one", "two"]);
    expect(world.told).toHaveLength(told);
  });

  it("go to the others, every one, where a process drains", async () => {
    const [first, second] = await pair();
    const drained = first.drain();
    await world.pass(ROUND_MS);
    await drained;
    expect(idsOf(first)).toEqual([]);
    expect(idsOf(second)).toEqual(["one", "two"]);
  });

  it("go to the others in the middle of their rounds where a process stands aside", async () => {
    const [first, second] = await pair();
    await world.pass(ROUND_MS);
    const { round } = first.hosts.get("two")?.state ?? {};
    expect(first.standAside()).toBe(true);
    await world.pass(BEAT_MS);
    expect([idsOf(first), idsOf(second)]).toEqual([[], ["one", "two"]]);
    const { state } = second.hosts.get("two") ?? {};
    expect([state?.round, state?.stage]).toEqual([round, "betting"]);
    // Nor does it take what becomes free, while there is somebody else.
    await world.pass(ROUND_MS);
    expect(idsOf(first)).toEqual([]);
    first.comeBack();
    await world.pass(ROUND_MS);
    expect([idsOf(first), idsOf(second)].map(({ length }) => length)).toEqual([1, 1]);
  });

  it("are not handed over to a process that begins aside, until it comes back", async () => {
    const first = world.process("first", true, true);
    await first.open();
    expect([idsOf(first), first.isAside]).toEqual([["one", "two"], false]);
    const second = world.process("second", true, true);
    await second.open();
    await world.pass(2 * ROUND_MS);
    expect([idsOf(second), second.isAside]).toEqual([[], true]);
    second.comeBack();
    await world.pass(ROUND_MS);
    expect([idsOf(first), idsOf(second)].map(({ length }) => length)).toEqual([1, 1]);
  });

  it("are taken by a process that stands aside where it is the last one", async () => {
    const [first, second] = await pair();
    await world.pass(BEAT_MS);
    expect(first.standAside()).toBe(true);
    await world.pass(BEAT_MS);
    expect(idsOf(second)).toEqual(["one", "two"]);
    world.kill("second");
    await world.pass(LEASE_MS + 4 * BEAT_MS);
    expect([idsOf(first), first.isAside]).toEqual([["one", "two"], false]);
    expect(first.standAside()).toBe(false);
  });

  it("are left as they are by the last process that drains", async () => {
    const first = world.process("first", true);
    await first.open();
    await first.drain();
    expect(idsOf(first)).toEqual(["one", "two"]);
  });

  it("are taken from one that died, all of them, within a lease and two beats", async () => {
    const [first, second] = await pair();
    await world.pass(ROUND_MS);
    world.kill("first");
    expect(idsOf(first)).toEqual(["two"]);
    await world.pass(LEASE_MS + 2 * BEAT_MS);
    expect(idsOf(second)).toEqual(["one", "two"]);
  });
});
