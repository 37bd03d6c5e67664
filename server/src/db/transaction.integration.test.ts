import { expect, it, vi } from "vitest";
import { createLogger } from "../platform/log.ts";
import { createOwnPostgres } from "../testing/ownPostgres.ts";
import { createPool } from "./pool.ts";
import { inTransaction } from "./transaction.ts";

it("asks nothing more of a database that has not answered in time", async () => {
  const postgres = await createOwnPostgres();
  const pool = createPool(postgres.url, createLogger("silent"), { statementMs: 200 });
  let wake = () => Promise.resolve();
  try {
    const asked: unknown[] = [];
    const hanging = inTransaction(pool, async (client) => {
      wake = await postgres.sleep();
      vi.spyOn(client, "query").mockImplementation((...question) => {
        asked.push(question[0]);
        return Object.getPrototypeOf(client).query.apply(client, question);
      });
      return client.query("SELECT 1");
    });
    await expect(hanging).rejects.toThrow("Query read timeout");
    expect(asked).toEqual(["SELECT 1"]);
    // Nobody gets the connection on which an answer may still come.
    expect(pool.totalCount).toBe(0);
    await wake();
    const { rows } = await pool.query("SELECT 2 AS two");
    expect(rows).toEqual([{ two: 2 }]);
  } finally {
    await wake();
    await pool.end();
    await postgres.close();
  }
});
