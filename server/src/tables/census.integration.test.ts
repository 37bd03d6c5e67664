/** Who is there and who runs what, as a real database tells several processes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Logger } from "../platform/log.ts";
import { createLogger } from "../platform/log.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";

let database: TestDatabase;
const opened: TableLeases[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const process of opened.splice(0)) process.close();
  await database.pool.query("DELETE FROM processes");
});
afterAll(() => database.close());

let tables = 0;
let one: string;
let two: string;
beforeEach(() => {
  tables += 1;
  one = `one-${tables}`;
  two = `two-${tables}`;
});

function newProcess(
  options: {
    readonly publicAddress?: string;
    readonly released?: () => void;
    readonly log?: Logger;
    readonly replaced?: () => void;
    readonly secretsMark?: string;
  } = {},
): TableLeases {
  const { pipelined: pool } = database;
  const log = createLogger("silent");
  const process = new TableLeases({ pool, log, disconnected: () => undefined, ...options });
  opened.push(process);
  return process;
}

/** What the process hears where it runs `players` at tables of this test. */
async function censusOf(process: TableLeases, players: Readonly<Record<string, number>> = {}) {
  const tableIds = [one, two];
  const report = { accepts: true, players: new Map(Object.entries(players)), tableIds };
  const { processes, tables: all, replaced } = await process.census(report);
  const own = all.filter(({ tableId }) => tableIds.includes(tableId));
  return { processes: processes.map(({ holder }) => holder), tables: own, replaced };
}

/** What it hears where it tells that it would run these. */
const wouldRun = (process: TableLeases, tableIds: readonly string[]) =>
  process.census({ accepts: true, players: new Map(), tableIds });

describe("the census", () => {
  it("knows a process from its first look, and tables that nobody ever ran", async () => {
    const process = newProcess();
    expect(await censusOf(process)).toEqual({
      processes: [process.holder],
      tables: [one, two].map((tableId) => ({ tableId, holder: null, players: 0, offeredTo: null })),
      replaced: false,
    });
  });

  it("tells everyone who runs a table, and how many play there", async () => {
    const [first, second] = [newProcess(), newProcess()];
    await first.take([one]);
    await censusOf(first, { [one]: 7 });
    const { processes, tables: seen } = await censusOf(second);
    expect(new Set(processes)).toEqual(new Set([first.holder, second.holder]));
    expect(seen).toEqual([
      { tableId: one, holder: first.holder, players: 7, offeredTo: null },
      { tableId: two, holder: null, players: 0, offeredTo: null },
    ]);
  });

  it("forgets a process whose connection is gone, and its tables are free", async () => {
    const [first, second] = [newProcess(), newProcess()];
    await first.take([one]);
    await censusOf(first, { [one]: 7 });
    first.close();
    await expect
      .poll(() => censusOf(second))
      .toMatchObject({ processes: [second.holder], tables: [{ holder: null }, { holder: null }] });
  });

  it("forgets a process that shows no life", async () => {
    const [first, second] = [newProcess(), newProcess()];
    await censusOf(first);
    await database.pool.query("UPDATE processes SET expires_at = now() - interval '1 ms'");
    expect((await censusOf(second)).processes).toEqual([second.holder]);
  });

  it("says who takes nothing more", async () => {
    const [first, second] = [newProcess(), newProcess()];
    await first.census({ accepts: false, players: new Map(), tableIds: [] });
    const { processes } = await second.census({ accepts: true, players: new Map(), tableIds: [] });
    expect(new Map(processes.map(({ holder, accepts }) => [holder, accepts]))).toEqual(
      new Map([
        [first.holder, false],
        [second.holder, true],
      ]),
    );
  });

  it("says what each would run, but for one of a version before", async () => {
    const [first, second, before] = [newProcess(), newProcess(), newProcess()];
    await wouldRun(first, [one]);
    await wouldRun(first, [one, two]);
    await wouldRun(before, [one]);
    const old = "UPDATE processes SET table_ids = NULL WHERE holder = $1";
    await database.pool.query(old, [before.holder]);
    const { processes } = await wouldRun(second, [two]);
    expect(new Map(processes.map(({ holder, tableIds }) => [holder, tableIds]))).toEqual(
      new Map<string, unknown>([
        [first.holder, [one, two]],
        [second.holder, [two]],
        [before.holder, null],
      ]),
    );
  });

  it("knows the tables of one that was killed for a while, and of none that has left", async () => {
    const [killed, left, looking] = [newProcess(), newProcess(), newProcess()];
    await wouldRun(killed, [one]);
    await wouldRun(left, [two]);
    expect((await wouldRun(looking, [])).known).toEqual(new Set([one, two]));
    killed.close();
    await left.leave();
    const there = async () => (await wouldRun(looking, [])).processes.map(({ holder }) => holder);
    await expect.poll(there).toEqual([looking.holder]);
    expect((await wouldRun(looking, [])).known).toEqual(new Set([one]));
    await database.pool.query("UPDATE processes SET expires_at = now() - interval '2 minutes'");
    await wouldRun(looking, []);
    expect((await wouldRun(looking, [])).known).toEqual(new Set());
  });

  it("is left in good order", async () => {
    const [first, second] = [newProcess(), newProcess()];
    await censusOf(first);
    await first.leave();
    expect((await censusOf(second)).processes).toEqual([second.holder]);
  });
});

it("tells everyone to whom a table was offered, until somebody has it", async () => {
  const [first, second] = [newProcess(), newProcess()];
  await censusOf(second);
  await first.release(await first.take([one]), second.holder);
  const offered = { tableId: one, holder: null, players: 0, offeredTo: second.holder };
  expect((await censusOf(first)).tables).toContainEqual(offered);
  await second.take([one]);
  const taken = { ...offered, holder: second.holder, offeredTo: null };
  expect((await censusOf(first)).tables).toContainEqual(taken);
});

it("tells the others at once that a table was given up", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const [first, second] = [newProcess(), newProcess({ released: resolve })];
  await censusOf(second);
  await first.release(await first.take([one]));
  await promise;
  expect(await second.take([one])).toEqual([{ tableId: one, epoch: 2 }]);
});

it("knows a public address that another living process has, and frees it with that", async () => {
  const address = "play.example.org/p/1";
  const first = newProcess({ publicAddress: address });
  const second = newProcess({ publicAddress: address });
  await censusOf(first);
  expect(await first.isAddressTaken(address)).toBe(false);
  expect(await second.isAddressTaken(address)).toBe(true);
  expect(await second.isAddressTaken("play.example.org/p/2")).toBe(false);
  first.close();
  await expect.poll(() => second.isAddressTaken(address)).toBe(false);
});

it("gives a public address to one of those that want it at once", async () => {
  const address = "play.example.org/p/3";
  const many = Array.from({ length: 3 }, () => newProcess({ publicAddress: address }));
  const taken = await Promise.all(many.map((process) => process.isAddressTaken(address)));
  expect(taken.filter((isTaken) => !isTaken)).toHaveLength(1);
});

describe("a process that shares no tables", () => {
  const SELF = { publicAddress: "play.example.org/p/4", secretsMark: "its own" };
  const isThere = async () => {
    const next = newProcess({ publicAddress: SELF.publicAddress, secretsMark: "others" });
    const isNoticed = [
      await next.haveOthersOtherSecrets(),
      await next.isAddressTaken(SELF.publicAddress),
    ];
    await next.leave();
    return isNoticed;
  };

  it.each(["stands by", "holds a table"])("is there with each sign of life: %s", async (what) => {
    const process = newProcess(SELF);
    await process.haveOthersOtherSecrets();
    const held = what === "stands by" ? [] : await process.take([one]);
    await database.pool.query("UPDATE processes SET expires_at = now() - interval '1 ms'");
    expect(await isThere()).toEqual([false, false]);
    expect(await process.renew(held)).toEqual(held);
    expect(await isThere()).toEqual([true, true]);
  });

  it("is there again after it was forgotten, since when it was", async () => {
    const process = newProcess(SELF);
    await process.haveOthersOtherSecrets();
    const said = "SELECT to_jsonb(processes) - 'expires_at' AS said FROM processes";
    const before = (await database.pool.query(said)).rows;
    await database.pool.query("DELETE FROM processes");
    await process.renew([]);
    expect((await database.pool.query(said)).rows).toEqual(before);
  });

  it("is offered none by those that share theirs", async () => {
    const [alone, sharing] = [newProcess(SELF), newProcess()];
    await alone.haveOthersOtherSecrets();
    await alone.renew([]);
    const report = { accepts: true, players: new Map(), tableIds: [] };
    const { processes } = await sharing.census(report);
    expect(processes).toContainEqual({ holder: alone.holder, accepts: false, tableIds: null });
  });
});

it("leaves what a process tells of its tables as it is where that shows life", async () => {
  const process = newProcess({ secretsMark: "its own" });
  const held = await process.take([one]);
  await censusOf(process, { [one]: 7 });
  const told = "SELECT accepts, players, secrets_mark FROM processes";
  const before = (await database.pool.query(told)).rows;
  await process.renew(held);
  expect((await database.pool.query(told)).rows).toEqual(before);
  expect(before).toMatchObject([{ accepts: true, players: { [one]: 7 } }]);
});

/** As after a time without the bank: each would wait for the other's, and neither hold its tables. */
it("waits for nobody whom it would forget", async () => {
  const [silent, process] = [newProcess(), newProcess()];
  for (const each of [silent, process]) await each.renew([]);
  const client = await database.pool.connect();
  try {
    await client.query("BEGIN");
    const passed = "UPDATE processes SET expires_at = expires_at - interval '2 minutes'";
    await database.pool.query(passed);
    await client.query("SELECT FROM processes WHERE holder = $1 FOR UPDATE", [silent.holder]);
    expect((await censusOf(process)).processes).toEqual([process.holder]);
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
});

it("forgets whoever is long gone where a process begins", async () => {
  const [gone, silent] = [newProcess(), newProcess()];
  for (const process of [gone, silent]) await process.renew([]);
  const passed = "UPDATE processes SET expires_at = now() - $2::interval WHERE holder = $1";
  await database.pool.query(passed, [gone.holder, "2 minutes"]);
  await database.pool.query(passed, [silent.holder, "10 s"]);
  const next = newProcess();
  await next.haveOthersOtherSecrets();
  const { rows } = await database.pool.query("SELECT holder FROM processes");
  expect(rows.map(({ holder }) => holder).toSorted()).toEqual(
    [silent.holder, next.holder].toSorted(),
  );
});

describe("a process's secrets", () => {
  const SAME = { secretsMark: "the same" };
  const OTHER = { secretsMark: "others" };

  it("are others than those of a living one that was there before, and of no other", async () => {
    const first = newProcess(SAME);
    expect(await first.haveOthersOtherSecrets()).toBe(false);
    await censusOf(first);
    const [second, third] = [newProcess(OTHER), newProcess(SAME)];
    expect(await second.haveOthersOtherSecrets()).toBe(true);
    // Who waits, and may be refused, is in nobody's way for longer.
    expect(await first.haveOthersOtherSecrets()).toBe(false);
    await second.leave();
    expect(await third.haveOthersOtherSecrets()).toBe(false);
  });

  it("may be new ones where nobody else lives any more", async () => {
    const first = newProcess(SAME);
    await censusOf(first);
    first.close();
    const second = newProcess(OTHER);
    await expect.poll(() => second.haveOthersOtherSecrets()).toBe(false);
  });

  it("are one process's where several begin at once", async () => {
    const many = ["a", "b", "c"].map((secretsMark) => newProcess({ secretsMark }));
    const refused = await Promise.all(many.map((process) => process.haveOthersOtherSecrets()));
    expect(refused.filter((isRefused) => !isRefused)).toHaveLength(1);
  });

  it("are told again by one that was forgotten", async () => {
    const first = newProcess(SAME);
    await censusOf(first);
    await database.pool.query("DELETE FROM processes");
    await censusOf(first);
    expect(await newProcess(OTHER).haveOthersOtherSecrets()).toBe(true);
  });

  it("are not known of one of a version before, which does not know of the others' either", async () => {
    const before = newProcess();
    await censusOf(before);
    const [first, second] = [newProcess(SAME), newProcess()];
    expect(await first.haveOthersOtherSecrets()).toBe(false);
    await censusOf(first);
    expect(await second.haveOthersOtherSecrets()).toBe(false);
  });
});

describe("a process whose public address another one got", () => {
  const log = createLogger("silent");
  const told = vi.spyOn(log, "error").mockImplementation(() => undefined);
  let publicAddress: string;
  const replacedNow: string[] = [];
  beforeEach(() => {
    publicAddress = `play.example.org/p/${100 + tables}`;
    told.mockClear();
    replacedNow.length = 0;
  });

  const atIt = (name: string) =>
    newProcess({ publicAddress, log, replaced: () => replacedNow.push(name) });

  it("hears of it once that one takes tables, says so once, and leaves the address", async () => {
    const [first, second] = [atIt("first"), atIt("second")];
    expect(await first.isAddressTaken(publicAddress)).toBe(false);
    expect((await censusOf(first)).replaced).toBe(false);
    // Who waits for it is refused, and changes nothing.
    expect(await second.isAddressTaken(publicAddress)).toBe(true);
    expect((await censusOf(first)).replaced).toBe(false);
    expect((await censusOf(second)).replaced).toBe(false);
    expect((await censusOf(first)).replaced).toBe(true);
    expect((await censusOf(first)).replaced).toBe(true);
    expect(replacedNow).toEqual(["first"]);
    expect(told.mock.calls).toEqual([
      [{ publicAddress }, expect.stringMatching(/^another process has this PUBLIC_ADDRESS/)],
    ]);
    second.close();
    await expect.poll(() => atIt("third").isAddressTaken(publicAddress)).toBe(false);
  });

  it("is the earlier one however long it showed no life", async () => {
    const first = atIt("first");
    await censusOf(first);
    await database.pool.query("DELETE FROM processes");
    const second = atIt("second");
    expect(await second.isAddressTaken(publicAddress)).toBe(false);
    await censusOf(second);
    expect((await censusOf(first)).replaced).toBe(true);
    expect((await censusOf(second)).replaced).toBe(false);
  });
});
