import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { MemoryLeases } from "../testing/memoryLeases.ts";
import type { LeaseStore } from "./lease.ts";
import { BEAT_MS, LEASE_MS } from "./lease.ts";
import { LeaseKeeper } from "./leaseKeeper.ts";
import { BankUnavailableError } from "./store.ts";
import { TableShare } from "./tableShare.ts";

/** Lets everything that does not wait for the clock happen. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

let clock: ManualClock;
let leases: MemoryLeases;
let told: string[];
beforeEach(() => {
  clock = new ManualClock();
  leases = new MemoryLeases(clock);
  told = [];
});

const WANTED = ["one", "two"];

function keeper(
  holder: string,
  store: LeaseStore = leases.of(holder),
  share?: TableShare,
): LeaseKeeper {
  return new LeaseKeeper({
    leases: store,
    clock,
    wanted: WANTED,
    ...(share === undefined ? {} : { share }),
    got: ({ tableId, epoch }) => told.push(`${holder} got ${tableId} ${epoch}`),
    lost: ({ tableId, epoch }) => told.push(`${holder} lost ${tableId} ${epoch}`),
    failed: (error) => told.push(`${holder} ${error}`),
  });
}

/** Goes on by so many beats, and lets everyone do what they do then. */
async function beats(count: number): Promise<void> {
  for (let beat = 0; beat < count; beat += 1) {
    clock.advance(BEAT_MS);
    await settle();
  }
}

const BEATS_OF_A_LEASE = Math.ceil(LEASE_MS / BEAT_MS);

it("takes what is free, and keeps it for as long as it beats", async () => {
  await keeper("first").beat();
  await keeper("second").beat();
  await beats(3 * BEATS_OF_A_LEASE);
  expect(told).toEqual(["first got one 1", "first got two 1"]);
});

it("takes over what another lets go, within a lease and a beat of its death", async () => {
  await leases.of("dead").take(["one"]);
  await keeper("second").beat();
  expect(told).toEqual(["second got two 1"]);
  await beats(BEATS_OF_A_LEASE + 1);
  expect(told).toEqual(["second got two 1", "second got one 2"]);
  expect(LEASE_MS + BEAT_MS).toBeLessThan(5_000);
});

it("hears at its next beat that somebody else took a table", async () => {
  await keeper("first").beat();
  clock.advance(0);
  await leases.of("first").release([{ tableId: "one", epoch: 1 }]);
  await leases.of("second").take(["one"]);
  await beats(1);
  expect(told).toEqual(["first got one 1", "first got two 1", "first lost one 1"]);
});

describe("a refused write", () => {
  it("tells of the loss before a beat does, and once", async () => {
    const first = keeper("first");
    await first.beat();
    await leases.of("first").release([{ tableId: "one", epoch: 1 }]);
    await leases.of("second").take(["one"]);
    first.stale({ tableId: "one", epoch: 1 });
    first.stale({ tableId: "one", epoch: 1 });
    await beats(2);
    expect(told.filter((line) => line.includes("lost"))).toEqual(["first lost one 1"]);
  });

  it("of an earlier epoch does not touch the present one", async () => {
    const first = keeper("first");
    await first.beat();
    first.stale({ tableId: "one", epoch: 0 });
    await beats(1);
    expect(told).toEqual(["first got one 1", "first got two 1"]);
  });
});

it("believes in its leases while the database is away, and says what it cannot do", async () => {
  await keeper("first").beat();
  leases.away = true;
  await beats(2 * BEATS_OF_A_LEASE);
  leases.away = false;
  await beats(1);
  expect(told.slice(0, 2)).toEqual(["first got one 1", "first got two 1"]);
  expect(told.slice(2)).toEqual(
    Array(2 * BEATS_OF_A_LEASE).fill(`first ${new BankUnavailableError("the database is away")}`),
  );
  expect(leases.holding("one")).toBe("first 1");
});

it("gives a table up for the next to take, itself among them", async () => {
  const first = keeper("first");
  await first.beat();
  await first.giveUp({ tableId: "one", epoch: 1 });
  await first.giveUp({ tableId: "one", epoch: 1 });
  expect(leases.holding("one")).toBe("null 1");
  await beats(1);
  expect(told.at(-1)).toBe("first got one 2");
});

describe("a process that shares, and is alone", () => {
  /** Its calls to `method` do what they do; the answer to the first is lost. */
  function losing(method: "take" | "release", happens: boolean): LeaseKeeper {
    const store = leases.of("alone");
    let lost = false;
    const losingStore: LeaseStore = {
      ...store,
      [method]: async (...given: [never]) => {
        if (lost) return store[method](...given);
        lost = true;
        if (happens) await store[method](...given);
        throw new BankUnavailableError("the answer was lost");
      },
    };
    const players = () => new Map<string, number>();
    const share = new TableShare({ store, clock, tableIds: WANTED, players });
    return keeper("alone", losingStore, share);
  }

  it("takes the tables anew that it got without hearing of it", async () => {
    await losing("take", true).beat();
    expect(leases.holding("one")).toBe("alone 1");
    await beats(1);
    expect(told.slice(1)).toEqual(["alone got one 2", "alone got two 2"]);
  });

  it.each([true, false])(
    "takes a table anew that it wanted to give up (done: %j)",
    async (done) => {
      const alone = losing("release", done);
      await alone.beat();
      await alone.giveUp({ tableId: "one", epoch: 1 });
      expect(told.at(-1)).toMatch("the answer was lost");
      await beats(1);
      expect(told.at(-1)).toBe("alone got one 2");
    },
  );

  it("does not take back what it is giving up at that moment", async () => {
    const store = leases.of("alone");
    const { promise: late, resolve: answer } = Promise.withResolvers<void>();
    const slow: LeaseStore = {
      ...store,
      release: async (...given) => {
        await late;
        return store.release(...given);
      },
    };
    const players = () => new Map<string, number>();
    const share = new TableShare({ store, clock, tableIds: WANTED, players });
    const alone = keeper("alone", slow, share);
    await alone.beat();
    const given = alone.giveUp({ tableId: "one", epoch: 1 });
    await beats(2);
    expect(leases.holding("one")).toBe("alone 1");
    answer();
    await given;
    expect(leases.holding("one")).toBe("null 1");
  });
});

describe("stopping", () => {
  it("gives everything up, after the tables have stopped", async () => {
    const first = keeper("first");
    await first.beat();
    await first.stop(async () => {
      expect(leases.holding("one")).toBe("first 1");
    });
    expect(leases.holding("one")).toBe("null 1");
    await beats(2);
    expect(told).toEqual(["first got one 1", "first got two 1"]);
  });

  it("begins no table whose lease comes too late, and gives that up as well", async () => {
    const store = leases.of("first");
    const { promise: late, resolve: answer } = Promise.withResolvers<void>();
    const first = keeper("first", {
      ...store,
      take: async (tableIds) => {
        const taken = await store.take(tableIds);
        await late;
        return taken;
      },
    });
    const beating = first.beat();
    await settle();
    const stopped = first.stop(() => Promise.resolve());
    answer();
    await Promise.all([beating, stopped]);
    expect(told).toEqual([]);
    expect(leases.holding("one")).toBe("null 1");
  });
});

/** A keeper that tells `renewed` of how many leases it says that it lives, each time. */
function telling(renewed: number[]): LeaseKeeper {
  const store = leases.of("first");
  return keeper("first", {
    ...store,
    renew: (held) => {
      renewed.push(held.length);
      return store.renew(held);
    },
  });
}

it("shows with each beat that its process lives, while others have the tables as well", async () => {
  const renewed: number[] = [];
  await leases.of("other").take(["one", "two"]);
  await telling(renewed).beat();
  await beats(BEATS_OF_A_LEASE - 1);
  expect(renewed).toEqual(Array(BEATS_OF_A_LEASE).fill(0));
  expect(told).toEqual([]);
});

it("beats once more after a beat that was under way when it was asked", async () => {
  const renewed: number[] = [];
  const first = telling(renewed);
  await first.beat();
  await Promise.all([first.beat(), first.beat(), first.beat()]);
  expect(renewed).toEqual([0, 2, 2]);
});
