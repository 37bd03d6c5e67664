import type { PoolClient } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { lookUp } from "./sqlCheck.ts";

let database: TestDatabase;
let client: PoolClient;
beforeEach(async () => {
  database = await createTestDatabase();
  client = await database.pool.connect();
  await client.query("BEGIN");
});
afterEach(async () => {
  client.release(true);
  await database.close();
});

const COUNT = "SELECT 3 AS counted";
const faultsBy = async (faults: string) =>
  (await lookUp(client, { check: "all is well", count: COUNT, faults })).faults;

it("tells what data the database cannot work with as a fault of the check, and goes on", async () => {
  expect(
    await faultsBy("SELECT (1 / number)::text AS fault FROM (VALUES (0)) AS numbers (number)"),
  ).toEqual(["cannot be looked up: division by zero"]);
  expect(await faultsBy("SELECT 'a fault' AS fault")).toEqual(["a fault"]);
  expect(await faultsBy("SELECT 'a fault' AS fault WHERE false")).toEqual([]);
});

it("fails where it is the check that is wrong", async () => {
  await expect(faultsBy("SELECT nothing AS fault FROM nowhere")).rejects.toThrow("nowhere");
});
