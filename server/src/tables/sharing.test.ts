import { describe, expect, it } from "vitest";
import type { Census, SharedTable } from "./sharing.ts";
import { receiverOf, tablesToHandOver, tablesToTake } from "./sharing.ts";

const NONE: ReadonlySet<string> = new Set();

function census(processes: readonly string[], tables: readonly SharedTable[]): Census {
  const sharing = processes.map((name) => ({
    holder: name.replace("!", ""),
    accepts: !name.endsWith("!"),
    tableIds: null,
  }));
  return { processes: sharing, tables };
}

/** The same where some of the processes say what they would run. */
function having(own: Readonly<Record<string, readonly string[]>>, { processes, tables }: Census) {
  const said = processes.map((one) => ({ ...one, tableIds: own[one.holder] ?? null }));
  return { processes: said, tables };
}

const table = (tableId: string, holder: string | null, players = 0): SharedTable => ({
  tableId,
  holder,
  players,
  offeredTo: null,
});
const offered = (tableId: string, offeredTo: string): SharedTable => ({
  ...table(tableId, null),
  offeredTo,
});

const free = (...tableIds: readonly string[]) => tableIds.map((tableId) => table(tableId, null));

/** What everyone takes, until nothing changes any more; then what is handed over. */
function settle(start: Census): ReadonlyMap<string, readonly string[]> {
  let tables = start.tables;
  const give = (tableId: string, holder: string | null) => {
    tables = tables.map((one) => (one.tableId === tableId ? { ...one, holder } : one));
  };
  for (let beat = 0; beat < 200; beat += 1) {
    const seen = { ...start, tables };
    for (const { holder } of start.processes) {
      for (const tableId of tablesToTake(holder, seen, NONE)) give(tableId, holder);
    }
    for (const { holder } of start.processes) {
      for (const tableId of tablesToHandOver(holder, { ...start, tables })) give(tableId, null);
    }
  }
  return new Map(
    start.processes.map(({ holder }) => [
      holder,
      tables.filter((one) => one.holder === holder).map(({ tableId }) => tableId),
    ]),
  );
}

describe("taking tables", () => {
  it("takes all of them where nobody else is there", () => {
    const all = tablesToTake("a", census(["a"], free("t1", "t2", "t3")), NONE);
    expect(all).toEqual(["t1", "t2", "t3"]);
  });

  it("shares tables without players evenly, each by one process", () => {
    const seen = census(["a", "b", "c"], free("t1", "t2", "t3", "t4", "t5", "t6"));
    const shares = ["a", "b", "c"].map((self) => tablesToTake(self, seen, NONE));
    expect(shares.map(({ length }) => length)).toEqual([2, 2, 2]);
    expect(new Set(shares.flat()).size).toBe(6);
  });

  it("counts players, not tables", () => {
    const tables = [table("crowd", "a", 100), table("t1", "b", 3), ...free("t2", "t3")];
    expect(tablesToTake("a", census(["a", "b"], tables), NONE)).toEqual([]);
    expect(tablesToTake("b", census(["a", "b"], tables), NONE)).toEqual(["t2", "t3"]);
  });

  it("leaves everything to others while it drains", () => {
    const seen = census(["a!", "b"], free("t1", "t2"));
    expect(tablesToTake("a", seen, NONE)).toEqual([]);
    expect(tablesToTake("b", seen, NONE)).toEqual(["t1", "t2"]);
  });

  it("takes what stayed free for too long, whoever's it should be", () => {
    const tables = [table("crowd", "a", 100), ...free("t1", "t2")];
    expect(tablesToTake("a", census(["a", "b"], tables), new Set(["t2"]))).toEqual(["t2"]);
  });
});

describe("a table that is offered", () => {
  it("is taken by who it is offered to, however much that one has", () => {
    const tables = [table("crowd", "a", 100), offered("t1", "a")];
    expect(tablesToTake("a", census(["a", "b"], tables), NONE)).toEqual(["t1"]);
    expect(tablesToTake("b", census(["a", "b"], tables), NONE)).toEqual([]);
  });

  it.each([
    ["who is gone", ["a", "b"]],
    ["who drains", ["a", "b", "gone!"]],
  ])("is anybody's where it is offered to one %s", (_, processes) => {
    const seen = census(processes, [table("crowd", "a", 100), offered("t1", "gone")]);
    expect(tablesToTake("b", seen, NONE)).toEqual(["t1"]);
  });

  it("is taken by another where it lies for too long", () => {
    const seen = census(["a", "b"], [offered("t1", "a")]);
    expect(tablesToTake("b", seen, new Set(["t1"]))).toEqual(["t1"]);
  });

  it("counts as a load of who it is offered to", () => {
    const tables = [offered("t1", "a"), ...free("t2", "t3")];
    expect(tablesToTake("b", census(["a", "b"], tables), NONE)).toEqual(["t2"]);
  });
});

describe("who receives a table", () => {
  it("is the other with the least load", () => {
    const tables = [table("t1", "a", 1), table("t2", "b", 9), table("t3", "c", 5)];
    expect(receiverOf("a", "t1", census(["a", "b", "c"], tables))).toBe("c");
    expect(receiverOf("c", "t3", census(["a", "b", "c"], tables))).toBe("a");
  });

  it("is nobody where no other takes tables", () => {
    expect(receiverOf("a", "t1", census(["a", "b!"], [table("t1", "a")]))).toBeNull();
  });

  it("is one that has the table, or nobody", () => {
    const tables = [table("t1", "a"), table("t2", "a"), table("t3", "b", 9)];
    const seen = having({ b: ["t1", "t3"], c: ["t3"] }, census(["a", "b", "c"], tables));
    expect(receiverOf("a", "t1", seen)).toBe("b");
    expect(receiverOf("a", "t2", seen)).toBeNull();
  });
});

describe("handing over", () => {
  it("gives a newcomer its share", () => {
    const tables = ["t1", "t2", "t3", "t4"].map((tableId) => table(tableId, "a", 10));
    expect(tablesToHandOver("a", census(["a", "b"], tables))).toEqual(["t1", "t2"]);
  });

  it("keeps the last table, however full", () => {
    expect(tablesToHandOver("a", census(["a", "b"], [table("t1", "a", 500)]))).toEqual([]);
  });

  it("moves nothing that would only turn the loads around", () => {
    const tables = [table("t1", "a", 10), table("t2", "b", 9)];
    expect(tablesToHandOver("a", census(["a", "b"], tables))).toEqual([]);
  });

  it("moves nobody for a little", () => {
    const tables = [table("t1", "a", 100), table("t2", "a", 2), table("t3", "b", 90)];
    expect(tablesToHandOver("a", census(["a", "b"], tables))).toEqual([]);
  });

  it("is the next one's turn where the most loaded process has one full table", () => {
    const tables = [table("crowd", "a", 500), table("t1", "b", 1), table("t2", "b", 1)];
    const seen = census(["a", "b", "c"], tables);
    expect(tablesToHandOver("a", seen)).toEqual([]);
    expect(tablesToHandOver("b", seen)).toEqual(["t1"]);
  });

  it("lets only the most loaded process act", () => {
    const tables = [
      ...["t1", "t2", "t3"].map((tableId) => table(tableId, "a", 10)),
      ...["t4", "t5"].map((tableId) => table(tableId, "b", 10)),
    ];
    const seen = census(["a", "b", "c"], tables);
    expect(tablesToHandOver("b", seen)).toEqual([]);
    expect(tablesToHandOver("a", seen)).toEqual(["t1"]);
  });

  it("waits while a table is free", () => {
    const tables = [table("t1", "a", 10), table("t2", "a", 10), ...free("t3")];
    expect(tablesToHandOver("a", census(["a", "b"], tables))).toEqual([]);
  });
});

describe("among processes with different tables", () => {
  it("lets a free table to the least loaded of those that have it", () => {
    const tables = [table("crowd", "b", 100), ...free("new")];
    const seen = having({ a: ["crowd"], b: ["crowd", "new"] }, census(["a", "b"], tables));
    expect(tablesToTake("b", seen, NONE)).toEqual(["new"]);
    expect(tablesToTake("a", seen, NONE)).toEqual([]);
  });

  it("counts no table as the load of one that does not have it", () => {
    const tables = [offered("lost", "a"), ...free("t1")];
    const seen = having({ a: ["t1"] }, census(["a", "b"], tables));
    expect(tablesToTake("b", seen, NONE)).toEqual(["lost"]);
    expect(tablesToTake("a", seen, NONE)).toEqual(["t1"]);
  });

  it("hands over what the other has, and nothing else, however much it is", () => {
    const tables = ["n1", "n2", "n3", "t1"].map((tableId) => table(tableId, "b", 5));
    const both = census(["a", "b"], tables);
    expect(tablesToHandOver("b", having({ a: ["t1"] }, both))).toEqual(["t1"]);
    expect(tablesToHandOver("b", having({ a: ["t2"] }, both))).toEqual([]);
  });

  it("hands over to a more loaded one where the least loaded does not have it", () => {
    const tables = [
      ...["n1", "n2", "n3", "n4"].map((tableId) => table(tableId, "a", 9)),
      table("t1", "b", 5),
    ];
    const own = { b: ["t1", "n2", "n3"], c: ["t1"] };
    expect(tablesToHandOver("a", having(own, census(["a", "b", "c"], tables)))).toEqual([
      "n2",
      "n3",
    ]);
  });

  it("goes on as before beside one of a version that does not say what it has", () => {
    const tables = ["t1", "t2"].map((tableId) => table(tableId, "a", 5));
    const seen = having({ a: ["t1", "t2"] }, census(["a", "b"], tables));
    expect(tablesToHandOver("a", seen)).toEqual(["t1"]);
    expect(receiverOf("a", "t1", seen)).toBe("b");
  });

  it("comes to rest, with each table at one that has it", () => {
    const own = { a: ["t0", "t1", "t2", "t3"], b: ["t2", "t3", "t4", "t5", "t6"], c: ["t6"] };
    const tables = free("t0", "t1", "t2", "t3", "t4", "t5", "t6");
    const shares = settle(having(own, census(["a", "b", "c"], tables)));
    expect([...shares.values()].flat()).toHaveLength(7);
    for (const [holder, ids] of shares) {
      expect(own[holder as keyof typeof own]).toEqual(expect.arrayContaining([...ids]));
    }
  });
});

describe("sharing", () => {
  it.each([
    ["a newcomer", ["a", "b", "c"], [40, 30, 20, 10, 5, 5, 0, 0]],
    ["equal tables", ["a", "b", "c"], [0, 0, 0, 0, 0, 0]],
    ["one crowd", ["a", "b"], [500, 1, 1, 1]],
    ["two crowds and a newcomer", ["a", "b", "c"], [500, 400, 1, 1, 1]],
  ])("comes to rest, near each other: %s", (_, processes, crowds) => {
    const tables = crowds.map((players, index) => table(`t${index}`, "a", players));
    const shares = settle(census(processes, tables));
    const loads = [...shares.values()].map((own) =>
      own.reduce((sum, id) => sum + (crowds[Number(id.slice(1))] ?? 0) + 1, 0),
    );
    const heaviest = Math.max(...crowds) + 1;
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(heaviest);
    expect([...shares.values()].flat()).toHaveLength(crowds.length);
  });

  it("leaves nothing with who drains", () => {
    const tables = ["t1", "t2", "t3"].map((tableId) => table(tableId, null, 5));
    const shares = settle(census(["a!", "b", "c"], tables));
    expect(shares.get("a")).toEqual([]);
    expect([...shares.values()].flat()).toHaveLength(3);
  });
});
