import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import type { NewRows } from "./addRows.ts";
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

async function added() {
  const { rows } = await database.pool.query("SELECT * FROM added ORDER BY id");
  return rows;
}

/** In one transaction, over a pipelined connection. */
const adding = (...batches: readonly NewRows[]) =>
  inPipelinedTransaction(database.pipelined, async (_client, begun) => {
    await begun;
    return { answer: "done", added: batches };
  });

describe("rows of a pipelined transaction", () => {
  it("are those that a COPY would add, in their order", async () => {
    const all = { ...TARGET, rows: ROWS };
    await inTransaction(database.serverPool, (client) => addRows(client, all));
    const copied = await added();
    expect(copied).toHaveLength(ROWS.length);
    expect(copied[0]).toMatchObject({ word: ROWS[0][0], bytes: ROWS[0][2], at: new Date(AT) });
    await database.pool.query("TRUNCATE added RESTART IDENTITY");
    expect(await adding(all, { ...TARGET, rows: [] })).toBe("done");
    expect(await added()).toEqual(copied);
    await database.pool.query("TRUNCATE added RESTART IDENTITY");
    await inPipelinedTransaction(database.pipelined, async (client, begun) => {
      await begun;
      await addRows(client, all);
      await addRows(client, { ...TARGET, rows: [] });
      return { answer: null, added: [] };
    });
    expect(await added()).toEqual(copied);
    await database.pool.query("TRUNCATE added RESTART IDENTITY");
  });

  it.each([
    ["breaks a constraint", ["too many", 10, null, null, null], { code: "23514" }],
    ["cannot be sent", [1n as never, 1, null, null, null], { name: "RangeError" }],
  ])("are rolled back together where one of them %s", async (_what, row, error) => {
    const all = { ...TARGET, rows: ROWS };
    await expect(adding(all, { ...TARGET, rows: [row] }, all)).rejects.toMatchObject(error);
    expect(await added()).toEqual([]);
    // The connection is clean.
    const counting = inPipelinedTransaction(database.pipelined, async (client) => {
      const { rows } = await client.query("SELECT count(*) FROM added");
      return { answer: rows[0].count, added: [] };
    });
    expect(await counting).toBe(0);
  });

  it("never go over a connection that waits for each answer", async () => {
    const plain = inPipelinedTransaction(database.serverPool, async () => ({
      answer: null,
      added: [{ ...TARGET, rows: ROWS }],
    }));
    await expect(plain).rejects.toThrow("COMMIT would overtake");
    expect(await added()).toEqual([]);
  });

  it("leave the questions before them in the order in which they were asked", async () => {
    const asked = ["one", "two", "three"] as const;
    const answers = await inPipelinedTransaction(database.pipelined, async (client) => {
      const asks = asked.map(
        (word) => async () => (await client.query("SELECT $1 AS word", [word])).rows[0],
      );
      return { answer: await askAll(client, asks), added: [] };
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
