import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPlayerReads } from "./playerReads.ts";

const CROWD = 30_000;
const MOST_WAITING = 20_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

it("asks for a crowd in a few questions, one after the other, and never keeps more than it may", async () => {
  const asked = vi.spyOn(database.pool, "query");
  let under = 0;
  let most = 0;
  const { recall, lastChips } = createPlayerReads(database.pool, async (ask) => {
    under += 1;
    most = Math.max(most, under);
    return await ask().finally(() => {
      under -= 1;
    });
  });
  const asking = Array.from({ length: CROWD }, (_, index) =>
    recall("one", { playerId: `p${index}`, op: "late", content: "bet" }),
  );
  const outcomes = await Promise.allSettled(asking);
  const told = outcomes.filter(({ status }) => status === "fulfilled").length;
  // The first question has one in it, and leaves all others waiting.
  expect(told).toBe(MOST_WAITING + 1);
  expect(asked.mock.calls.length).toBeLessThan(100);
  expect(most).toBe(1);
  expect(await lastChips("one", "p1")).toEqual([]);
});
