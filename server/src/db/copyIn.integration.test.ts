import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import type { CopyValue } from "./copyIn.ts";
import { copyIn } from "./copyIn.ts";
import { isPassing } from "./errors.ts";
import { inTransaction } from "./transaction.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    `CREATE TABLE copied (id bigint GENERATED ALWAYS AS IDENTITY, word text, count bigint CHECK (count < 10),
       bytes bytea, chips jsonb);
     CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
     CREATE TRIGGER hang_up BEFORE INSERT ON copied FOR EACH ROW WHEN (NEW.word = 'hang up')
       EXECUTE FUNCTION hang_up()`,
  );
});
afterAll(() => database.close());
beforeEach(() => database.pool.query("TRUNCATE copied RESTART IDENTITY"));

const TARGET = { table: "copied", columns: ["word", "count", "bytes", "chips"] };

const copy = (rows: readonly (readonly CopyValue[])[]) =>
  inTransaction(database.pool, (client) => copyIn(client, TARGET, rows));

async function copied() {
  const { rows } = await database.pool.query("SELECT * FROM copied ORDER BY id");
  return rows;
}

describe("rows by COPY", () => {
  it("arrive as they are, in their order, whatever characters are in them", async () => {
    const words = [
      "plain",
      "",
      "\\N",
      "\\.",
      "tab\there",
      "line\nend\r\n",
      "back\\slash",
      "héllo 🎲",
    ];
    await copy(
      words.map((word, index) => [word, index, Buffer.from(word), JSON.stringify([word])]),
    );
    expect(await copied()).toEqual(
      words.map((word, index) => ({
        id: index + 1,
        word,
        count: index,
        bytes: Buffer.from(word),
        chips: [word],
      })),
    );
  });

  it("keep what there is not", async () => {
    await copy([[null, null, null, null]]);
    expect(await copied()).toEqual([{ id: 1, word: null, count: null, bytes: null, chips: null }]);
  });

  it("ask nothing of the database where there are none", async () => {
    await copy([]);
    expect(await copied()).toEqual([]);
  });

  it("are refused all together, by the database's own error", async () => {
    const rows = [
      ["good", 1, null, null],
      ["bad", 10, null, null],
    ];
    await expect(copy(rows)).rejects.toMatchObject({ code: "23514" });
    expect(await copied()).toEqual([]);
  });

  it("fail as any statement does where the connection ends meanwhile", async () => {
    const failure = await copy([["hang up", 1, null, null]]).catch((error: unknown) => error);
    expect(isPassing(failure)).toBe(true);
    expect(await copied()).toEqual([]);
  });
});
