import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { addRows } from "./addRows.ts";
import { askAll } from "./askAll.ts";
import { inPipelinedTransaction, inTransaction } from "./transaction.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    `CREATE TABLE added (id bigint GENERATED ALWAYS AS IDENTITY, word text,
       count bigint CHECK (count < 10), bytes bytea, chips jsonb, at timestamptz);
     GRANT SELECT, INSERT ON added TO croupier_server`,
  );
});
afterAll(() => database.close());
beforeEach(() => database.pool.query("TRUNCATE added RESTART IDENTITY"));

const TARGET = {
  table: "added",
  columns: { word: "text", count: "bigint", bytes: "bytea", chips: "jsonb", at: "timestamptz" },
};
const AT = "2026-01-02T03:04:05.678Z";
const ROWS = [
  ['a "quoted" {word}, \\ and\ttab', 1, Buffer.from([0, 255, 92]), '[["red",5]]', AT],
  [null, 2, Buffer.alloc(0), null, AT],
  ["NULL", 3, Buffer.from("x"), '{"a":"\\"\\\\"}', AT],
] as const;

const nothing = async () => undefined;

async function added() {
  const { rows } = await database.pool.query("SELECT * FROM added ORDER BY id");
  return rows;
}

describe("rows of a pipelined transaction", () => {
  it("are those that a COPY would add, in their order", async () => {
    await inTransaction(database.serverPool, (client) => addRows(client, TARGET, ROWS));
    const copied = await added();
    expect(copied).toHaveLength(ROWS.length);
    expect(copied[0]).toMatchObject({ word: ROWS[0][0], bytes: ROWS[0][2], at: new Date(AT) });
    await database.pool.query("TRUNCATE added RESTART IDENTITY");
    await inPipelinedTransaction(database.pipelined, async (client, begun) => {
      await begun;
      const write = async () => {
        await addRows(client, TARGET, ROWS);
        await addRows(client, TARGET, []);
      };
      return { answer: null, write };
    });
    expect(await added()).toEqual(copied);
  });

  it("are rolled back together where one of them breaks a constraint; the first error is told", async () => {
    const broken = inPipelinedTransaction(database.pipelined, async (client, begun) => {
      await begun;
      const write = () =>
        askAll(client, [
          () => addRows(client, TARGET, ROWS),
          () => addRows(client, TARGET, [["too many", 10, null, null, null]]),
          () => addRows(client, TARGET, ROWS),
        ]);
      return { answer: null, write };
    });
    await expect(broken).rejects.toMatchObject({ code: "23514" });
    expect(await added()).toEqual([]);
    // The connection is clean.
    const count = inPipelinedTransaction(database.pipelined, async (client) => {
      const { rows } = await client.query("SELECT count(*) FROM added");
      return { answer: rows[0].count, write: nothing };
    });
    expect(await count).toBe(0);
  });

  it("are told of in the order in which they were asked for", async () => {
    const asked = ["one", "two", "three"] as const;
    const answers = await inPipelinedTransaction(database.pipelined, async (client) => {
      const asks = asked.map(
        (word) => async () => (await client.query("SELECT $1 AS word", [word])).rows[0],
      );
      return { answer: await askAll(client, asks), write: nothing };
    });
    expect(answers).toEqual(asked.map((word) => ({ word })));
  });
});

describe("several questions on a plain connection", () => {
  it("wait for one another", async () => {
    const running: string[] = [];
    const ask = (word: string) => async () => {
      running.push(`${word} asked`);
      await database.serverPool.query("SELECT 1");
      running.push(`${word} answered`);
    };
    await askAll({ pipeline: false }, [ask("one"), ask("two")]);
    expect(running).toEqual(["one asked", "one answered", "two asked", "two answered"]);
  });
});
