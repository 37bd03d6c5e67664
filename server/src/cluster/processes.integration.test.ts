import type { Client } from "@colyseus/sdk";
import type { LobbyTableView } from "@croupier/shared/protocol/state";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import type { Member } from "../testing/mainProcess.ts";
import { MainProcesses } from "../testing/mainProcess.ts";
import type { TableConnection } from "../testing/openTestHouse.ts";
import {
  adaAt,
  betSoon,
  clientAt,
  entryRefusal,
  nextMessage,
  SLOW_TABLE,
  sit,
  untilState,
} from "../testing/openTestHouse.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";

/** Rounds so short that a table changes hands soon. */
const SHORT = { bettingMs: 600, closingMs: 100, spinningMs: 100, resultMs: 100 };

/** One more process starts, and on a busy machine that takes its time. */
const STARTS_MS = 90_000;

const processes = new MainProcesses();
let database: TestDatabase;
let redis: OwnRedis;
let holder: Member;
let other: Member;

const start = (environment: Record<string, string> = {}): Promise<Member> =>
  processes.startMember({ DATABASE_URL: database.url, REDIS_URL: redis.url, ...environment });

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

beforeEach(async () => {
  redis = await createOwnRedis();
  // The first one takes the only table.
  holder = await start();
  other = await start();
});
afterEach(async () => {
  processes.killAll();
  await redis.close();
});

const seated = new Set<TableConnection>();
afterEach(() => {
  for (const room of seated) room.reconnection.enabled = false;
  seated.clear();
});

async function sitAt(client: Client): Promise<TableConnection> {
  const room = await sit({ client }, SLOW_TABLE.id);
  seated.add(room);
  return room;
}

/** How long the seat took, in milliseconds; fails where it took longer than five seconds. */
async function seatWithin5s(client: Client): Promise<number> {
  const startedAt = systemClock.now();
  await expect
    .poll(() => sitAt(client).then(() => true), { timeout: 5_000, interval: 100 })
    .toBe(true);
  return systemClock.now() - startedAt;
}

const redisOf = async ({ url }: Member) => {
  const response = await fetch(`${url}/ready`);
  const { checks } = (await response.json()) as { checks: { redis: string } };
  return checks.redis;
};

/** What the process says that the player has. */
async function balanceAt({ url }: Member, { auth }: Client): Promise<number> {
  const headers = { authorization: `Bearer ${auth.token}` };
  const response = await fetch(`${url}/api/me`, { headers });
  return ((await response.json()) as { balance: number }).balance;
}

const warnings = ({ run }: Member): string[] =>
  run
    .output()
    .split("\n")
    .filter((line) => line.includes("is away"));

describe("two processes and their Redis", () => {
  it("seat players at the table of either, whichever was asked", async () => {
    const [ada, bob] = [await adaAt(holder), await adaAt(other)];
    const [near, far] = [await sitAt(ada), await sitAt(bob)];
    expect(await far.request("bet", { op: "far", chips: [["red", 10]] })).toMatchObject({
      balance: 9_990,
    });
    await expect.poll(() => near.state.players).toBe(2);
    const anywhere = await (await adaAt(other)).join("lobby");
    expect(anywhere.roomId).toBe("lobby");
    await Promise.all([near.leave(), far.leave(), anywhere.leave()]);
  });

  it("go on without it, answer at once where they cannot, and find each other again", async () => {
    const [ada, bob] = [await adaAt(holder), await adaAt(other)];
    const room = await sitAt(ada);
    for (const [go, comeBack] of [
      [() => redis.kill(), () => redis.start()],
      [async () => redis.sleep(), async () => redis.wake()],
    ] as const) {
      await go();
      await expect.poll(() => redisOf(other), { timeout: 5_000 }).toBe("away");
      expect((await fetch(`${holder.url}/ready`)).status).toBe(200);
      const op = `during-${systemClock.now()}`;
      expect(await room.request("bet", { op, chips: [["red", 1]] })).toMatchObject({ op });
      await (await sitAt(await adaAt(holder))).leave();
      const startedAt = systemClock.now();
      expect(await entryRefusal(bob.join("table", { tableId: SLOW_TABLE.id }))).toEqual([
        503,
        expect.stringMatching(/^TABLE_PAUSED: /),
      ]);
      expect(systemClock.now() - startedAt).toBeLessThan(1_000);
      await comeBack();
      await seatWithin5s(bob);
    }
    await redis.run("FLUSHALL");
    await seatWithin5s(await adaAt(other));
    for (const member of [holder, other]) {
      expect(member.run.child.exitCode).toBeNull();
      expect(warnings(member).length).toBeLessThanOrEqual(6);
      // However it goes away, it is away, and nobody's bug.
      expect(member.run.output()).not.toMatch(/"level":50|"msg":"a bug/);
    }
  });

  it("tell of the day's chips wherever their player sits, whichever was asked", async () => {
    const ada = await adaAt(holder);
    const room = await sitAt(ada);
    await room.request("bet", { op: "most", chips: [["red", 9_500]] });
    const told = nextMessage<{ balance: number }>(room, "balance");
    expect(await balanceAt(other, ada)).toBe(1_000);
    expect((await told).balance).toBe(1_000);
  });

  it("start without it, and run the table", async () => {
    await redis.kill();
    const third = await start();
    expect(await redisOf(third)).toBe("away");
    await redis.start();
    await seatWithin5s(await adaAt(third));
  });

  it("take over from one that was killed, and seat its players, within five seconds", async () => {
    await sitAt(await adaAt(holder));
    const bob = await adaAt(other);
    holder.run.child.kill("SIGKILL");
    await holder.run.ended;
    await seatWithin5s(bob);
    const listings = (await redis.run("HVALS", "roomcaches")) as string[];
    const owners = listings.map(
      (text) => (JSON.parse(text) as { publicAddress: string }).publicAddress,
    );
    expect(owners).toEqual([other.url.replace("http://", "")]);
  });

  it("believe the one that took over, and not one that wakes up", async () => {
    const bob = await adaAt(other);
    holder.run.child.kill("SIGSTOP");
    await expect
      .poll(() => sitAt(bob).then(() => true), { timeout: 10_000, interval: 200 })
      .toBe(true);
    holder.run.child.kill("SIGCONT");
    await seatWithin5s(await adaAt(holder));
    const ownersOf = async () => {
      const listings = (await redis.run("HVALS", "roomcaches")) as string[];
      return listings.map((text) => (JSON.parse(text) as { publicAddress: string }).publicAddress);
    };
    await expect.poll(ownersOf, { timeout: 5_000 }).toEqual([other.url.replace("http://", "")]);
    expect(holder.run.child.exitCode).toBeNull();
  });

  it(
    "send nobody to one whose address leads elsewhere, while they are there",
    async () => {
      // Whoever knocks there comes to the first one.
      const address = holder.url.replace("http://", "");
      const astray = await start({ PUBLIC_ADDRESS: `${address}/p/9` });
      const readiness = async ({ url }: Member) => (await fetch(`${url}/ready`)).status;
      expect([await readiness(astray), await readiness(other)]).toEqual([503, 200]);
      expect(astray.run.output()).toMatch(/"level":50,.*p\/9".* leads elsewhere/);
      const ada = await adaAt(astray);
      expect(await entryRefusal(ada.join("lobby"))).toEqual([
        503,
        expect.stringMatching(/^TABLE_PAUSED: /),
      ]);
      await sitAt(ada);
      holder.run.child.kill("SIGKILL");
      await seatWithin5s(await adaAt(other));
      other.run.child.kill("SIGKILL");
      // A table that may not be reached is better than one that nobody runs.
      await expect.poll(() => readiness(astray), { timeout: 10_000 }).toBe(200);
    },
    STARTS_MS,
  );

  it(
    "leave the tables to others where one wakes up whose address its successor has",
    async () => {
      holder.run.child.kill("SIGSTOP");
      const successor = await start({ PUBLIC_ADDRESS: holder.url.replace("http://", "") });
      holder.run.child.kill("SIGCONT");
      const readiness = async ({ url }: Member) => (await fetch(`${url}/ready`)).status;
      const told = expect.poll(() => holder.run.output(), { timeout: 10_000 });
      await told.toContain("another process has this PUBLIC_ADDRESS by now");
      await expect.poll(() => readiness(holder), { timeout: 10_000 }).toBe(503);
      expect([await readiness(successor), await readiness(other)]).toEqual([200, 200]);
      expect(successor.run.output()).not.toMatch(/"level":50/);
      await seatWithin5s(await adaAt(successor));
    },
    STARTS_MS,
  );
});

describe("two processes with a table each", () => {
  const ids = ["left", "right"] as const;
  let members: readonly Member[] = [];

  /** The addresses of the processes that run the two tables. */
  const runners = async (): Promise<readonly unknown[]> => {
    const texts = (await redis.run("HMGET", "roomcaches", ...ids.map((id) => `table-${id}`))) as (
      | string
      | null
    )[];
    return texts.map((text) => (text === null ? null : JSON.parse(text).publicAddress));
  };

  beforeEach(async () => {
    processes.killAll();
    const TABLES = JSON.stringify(ids.map((id) => ({ id, ...SHORT })));
    members = [await start({ TABLES }), await start({ TABLES })];
    const apart = async () => new Set((await runners()).filter(Boolean)).size;
    await expect.poll(apart, { timeout: 10_000 }).toBe(2);
  });

  it("show the same in each lobby and over HTTP, and a balance wherever its player sits", async () => {
    const [one, other] = members;
    if (one === undefined || other === undefined) throw new Error("two processes were started");
    const ada = await adaAt(one);
    const [left, right] = [await sit({ client: ada }, "left"), await sit({ client: ada }, "right")];
    for (const { url } of members) {
      const players = async () => {
        const { tables } = (await (await fetch(`${url}/api/tables`)).json()) as {
          tables: { tableId: string; players: number; phase: string }[];
        };
        return tables.map((table) => [table.tableId, table.players]);
      };
      await expect.poll(players, { timeout: 5_000 }).toEqual([
        ["left", 1],
        ["right", 1],
      ]);
      const details = await fetch(`${url}/api/tables/right`);
      expect(await details.json()).toMatchObject({ tableId: "right", bettingMs: 600 });
      const lobby = await clientAt(url).join<{ tables?: ReadonlyMap<string, LobbyTableView> }>(
        "lobby",
      );
      await untilState(lobby, ({ tables }) =>
        ids.every((id) => {
          const table = tables?.get(id);
          return table?.players === 1 && table.round > 0 && table.phase !== "paused";
        }),
      );
      await lobby.leave();
    }
    const told = nextMessage<{ balance: number }>(right, "balance");
    await betSoon(left, { op: "left", chips: [["red", 10]] });
    expect((await told).balance).toBe(9_990);
    await Promise.all([left.leave(), right.leave()]);
  });

  it("show each other's tables to one that never saw a Redis", async () => {
    const [one] = members;
    if (one === undefined) throw new Error("two processes were started");
    const ada = await adaAt(one);
    const [left, right] = [await sit({ client: ada }, "left"), await sit({ client: ada }, "right")];
    await redis.kill();
    const { url } = await start({ TABLES: JSON.stringify(ids.map((id) => ({ id, ...SHORT }))) });
    const seen = async () => {
      const { tables } = (await (await fetch(`${url}/api/tables`)).json()) as {
        tables: { tableId: string; players: number; phase: string; round: number }[];
      };
      return tables.map(({ tableId, players, phase, round }) => [
        tableId,
        players,
        phase !== "paused" && round > 0,
      ]);
    };
    const wished = ids.map((id) => [id, 1, true]);
    await expect.poll(seen, { timeout: 10_000 }).toEqual(wished);
    await Promise.all([left.leave(), right.leave()]);
  });

  it("show a balance everywhere that changed while Redis was away", async () => {
    const [one] = members;
    if (one === undefined) throw new Error("two processes were started");
    const ada = await adaAt(one);
    const [left, right] = [await sit({ client: ada }, "left"), await sit({ client: ada }, "right")];
    const heard: number[] = [];
    right.onMessage("balance", ({ balance }: { balance: number }) => heard.push(balance));
    await redis.kill();
    for (const member of members) {
      await expect.poll(() => redisOf(member), { timeout: 5_000 }).toBe("away");
    }
    const settled = nextMessage<{ balance: number }>(left, "settled");
    await betSoon(left, { op: "away", chips: [["red", 10]] });
    const { balance } = await settled;
    expect(heard).toEqual([]);
    await redis.start();
    await expect.poll(() => heard.at(-1), { timeout: 5_000 }).toBe(balance);
    await Promise.all([left.leave(), right.leave()]);
  });

  it("give nobody the day's chips for hearing of a balance", async () => {
    const [one] = members;
    if (one === undefined) throw new Error("two processes were started");
    const ada = await adaAt(one);
    const [left, right] = [await sit({ client: ada }, "left"), await sit({ client: ada }, "right")];
    const told = nextMessage<{ balance: number }>(right, "balance");
    const chips = ["red", "black"].map((spot) => [spot, 4_750]);
    expect(await betSoon(left, { op: "most", chips })).toMatchObject({ balance: 500 });
    // What is left while the round lasts, or what there is after it, unless zero comes.
    expect([500, 10_000]).toContain((await told).balance);
    await Promise.all([left.leave(), right.leave()]);
  });

  it("tell the same of who won, at both", async () => {
    const [one] = members;
    if (one === undefined) throw new Error("two processes were started");
    const rooms: TableConnection[] = [];
    for (const [tableId, spot] of [
      ["left", "red"],
      ["left", "black"],
      ["right", "odd"],
      ["right", "even"],
    ] as const) {
      const room = await sit({ client: await adaAt(one) }, tableId);
      await betSoon(room, { op: "big", chips: [[spot, 2_000]] });
      rooms.push(room);
    }
    for (const { url } of members) {
      const read = async (path: string) => (await fetch(`${url}${path}`)).json();
      const best = async () => {
        const { players } = (await read("/api/leaderboard?period=day")) as {
          players: { net: number; staked: number }[];
        };
        return players.filter(({ staked }) => staked === 2_000).length;
      };
      await expect.poll(best, { timeout: 10_000, interval: 200 }).toBe(4);
      const lobby = await clientAt(url).join<{ wins?: readonly { net: number }[] }>("lobby");
      // Zero may come at one of the tables, and hardly at both.
      await untilState(lobby, ({ wins }) => wins?.[0]?.net === 2_000);
      const { wins } = (await read("/api/wins")) as { wins: readonly object[] };
      expect(wins[0]).toMatchObject({ net: 2_000, staked: 2_000 });
      await lobby.leave();
    }
    await Promise.all(rooms.map((room) => room.leave()));
  });
});
