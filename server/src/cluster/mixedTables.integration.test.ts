/**
 * Two processes with different tables in their settings, as while an update rolls that changes `TABLES`:
 * each table is run by one that has it, and found through either.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import type { Member } from "../testing/mainProcess.ts";
import { MainProcesses } from "../testing/mainProcess.ts";
import { adaAt, entryRefusal, nextMessage, sit } from "../testing/openTestHouse.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";

/** Rounds so short that a table that is to change hands does so soon. */
const SHORT = { bettingMs: 600, closingMs: 100, spinningMs: 100, resultMs: 100 };
/** In so many rounds a process has looked often enough to hand over what is too much for it. */
const ROUNDS = 6;
/** Whole processes are as slow as the machine is busy: these only end what would never end. */
const HANGS_MS = 240_000;
const PATIENT = { timeout: 60_000, interval: 200 };

const processes = new MainProcesses();
let database: TestDatabase;
let redis: OwnRedis;
beforeEach(async () => {
  database = await createTestDatabase();
  redis = await createOwnRedis();
});
afterEach(async () => {
  processes.killAll();
  await redis.close();
  await database.close();
});

const start = (tableIds: readonly string[]): Promise<Member> =>
  processes.startMember({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    TABLES: JSON.stringify(tableIds.map((id) => ({ id, ...SHORT }))),
  });

/** Which tables were ever handed over, without what both processes have. */
async function handedOver(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ table_id: string }>(
    "SELECT table_id FROM leases WHERE offered_to IS NOT NULL AND table_id <> 'kept'",
  );
  return rows.map(({ table_id }) => table_id);
}

/** How many processes run tables. */
async function holders(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    "SELECT count(DISTINCT holder)::integer AS count FROM leases",
  );
  return rows[0]?.count ?? 0;
}

async function played(tableId: string): Promise<number> {
  const { rows } = await database.pool.query<{ round: number }>(
    "SELECT coalesce(max(round), 0)::integer AS round FROM rounds WHERE table_id = $1",
    [tableId],
  );
  return rows[0]?.round ?? 0;
}

/** A process that is busy may give a seat too late: then the answer is to ask once more. */
async function soon<Room>(attempt: () => Promise<Room>): Promise<Room> {
  let room: Room | undefined;
  const entered = async () => {
    room = await attempt();
    return true;
  };
  await expect.poll(entered, PATIENT).toBe(true);
  return room as Room;
}

/** A player comes in through `member` by the table's name, by its room's, and back after a cut. */
async function comesInThrough(member: Member, tableId: string): Promise<void> {
  const client = await adaAt(member);
  const room = await soon(() => sit({ client }, tableId));
  room.reconnection.enabled = false;
  const { reconnectionToken, roomId } = room;
  expect(roomId).toBe(`table-${tableId}`);
  await room.leave(false);
  const back = await soon(() => client.reconnect(reconnectionToken));
  back.onMessage("*", () => {});
  await nextMessage(back, "seat");
  await back.leave();
  const again = await soon(() => client.joinById(roomId));
  again.onMessage("*", () => {});
  expect(again.roomId).toBe(roomId);
  await again.leave();
}

const NOT_THERE = [404, expect.stringMatching(/^NOT_FOUND: /)];

describe("a process with other tables than those of one that runs", () => {
  it(
    "keeps those that are new, and the other leads players to them",
    async () => {
      const added = ["added-1", "added-2", "added-3"];
      const old = await start(["kept"]);
      const next = await start(["kept", ...added]);
      const rounds = () => Promise.all(added.map(played));
      const enough = expect.poll(async () => Math.min(...(await rounds())), PATIENT);
      await enough.toBeGreaterThan(ROUNDS);
      expect(await handedOver()).toEqual([]);
      await comesInThrough(old, "added-2");
      const stranger = await adaAt(old);
      for (const attempt of [
        stranger.join("table", { tableId: "added-4" }),
        stranger.join("table", { tableId: "x".repeat(10_000) }),
        stranger.joinById("table-added-4"),
        stranger.reconnect("table-added-4:token"),
      ]) {
        expect(await entryRefusal(attempt)).toEqual(NOT_THERE);
      }
      next.run.child.kill("SIGKILL");
      await next.run.ended;
      // It may come up again: players are to ask once more.
      expect(await entryRefusal(stranger.join("table", { tableId: "added-1" }))).toEqual([
        503,
        expect.stringMatching(/^TABLE_PAUSED: /),
      ]);
    },
    HANGS_MS,
  );

  it(
    "leaves the other those that are gone, leads players to them, and knows none of them after it",
    async () => {
      const gone = ["gone-1", "gone-2", "gone-3"];
      const old = await start(["kept", ...gone]);
      const next = await start(["kept"]);
      // What both have goes to the one with less to do.
      await expect.poll(holders, PATIENT).toBe(2);
      const from = await played("gone-1");
      const rounds = expect.poll(() => played("gone-1"), PATIENT);
      await rounds.toBeGreaterThan(from + ROUNDS);
      expect(await handedOver()).toEqual([]);
      await comesInThrough(next, "gone-2");
      old.run.child.kill("SIGTERM");
      expect(await old.run.ended).toBe(0);
      const unfinished =
        "SELECT FROM rounds WHERE status IN ('open', 'locked') AND table_id <> 'kept'";
      expect((await database.pool.query(unfinished)).rowCount).toBe(0);
      const refused = async () => {
        return entryRefusal((await adaAt(next)).join("table", { tableId: "gone-2" }));
      };
      await expect.poll(refused, PATIENT).toEqual(NOT_THERE);
    },
    HANGS_MS,
  );
});
