import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import type { Cluster } from "./cluster.ts";
import { openCluster } from "./cluster.ts";
import { RedisLoginError } from "./redisHealth.ts";

/** Who sits at a table, as one process tells another. */
const ADA = { playerId: "ada", name: "Ada" };

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function own(options?: { readonly running: boolean }): Promise<OwnRedis> {
  const redis = await createOwnRedis(options);
  endings.push(() => redis.close());
  return redis;
}

/** With all lines that were logged from warnings on. */
async function clusterOn(
  url: string,
  house = "this one",
): Promise<{ cluster: Cluster; warnings: string[]; lines: string[] }> {
  const lines: string[] = [];
  const log = pino(
    { level: "info", base: null },
    { write: (line: string) => void lines.push(line) },
  );
  const cluster = await openCluster({ url, house: async () => house, clock: systemClock, log });
  endings.push(() => cluster.close());
  return {
    cluster,
    lines,
    get warnings() {
      return lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40);
    },
  };
}

const away = (log: { readonly lines: readonly string[] }) =>
  log.lines.filter((line) => line.includes("is away"));

describe("a process and its Redis", () => {
  it("starts without it, and finds it when it comes", async () => {
    const redis = await own({ running: false });
    const startedAt = systemClock.now();
    const log = await clusterOn(redis.url);
    expect(systemClock.now() - startedAt).toBeLessThan(5_000);
    expect(log.cluster.state()).toBe("away");
    await redis.start();
    await expect.poll(() => log.cluster.state(), { timeout: 5_000 }).toBe("ok");
    expect(away(log)).toHaveLength(1);
    expect(log.lines.at(-1)).toContain("Redis is back");
  });

  it("is not started where the password is wrong, and does not say what it was", async () => {
    const redis = await own();
    const error = await clusterOn(redis.wrongUrl).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(RedisLoginError);
    const { message } = error as Error;
    expect(message).toMatch(/^REDIS_URL: .*WRONGPASS[^\n]*$/);
    expect(message).not.toMatch(/another|password for/);
    // Nothing of it goes on trying.
    const connected = async () => {
      const stats = String(await redis.run("INFO", "clients"));
      return Number(/connected_clients:(\d+)/.exec(stats)?.[1]);
    };
    await expect.poll(connected).toBe(1);
  });

  it("says in one line that the password has become a wrong one, and never what it was", async () => {
    const redis = await own();
    const rights = ["on", "allkeys", "allchannels", "allcommands"];
    await redis.run("ACL", "SETUSER", "house", ...rights, ">first word");
    const url = new URL(redis.url);
    [url.username, url.password] = ["house", "first word"];
    const log = await clusterOn(url.href);
    expect(log.cluster.state()).toBe("ok");
    await redis.run("ACL", "SETUSER", "house", "resetpass", ">second word");
    await redis.run("CLIENT", "KILL", "USER", "house");
    // Connections are refused and made again meanwhile.
    const connections = async () => {
      // What is asked as a connection begins comes before the password, or without one.
      await log.cluster.presence.hset("counts", "one", "1");
      await log.cluster.presence.subscribe("topic", () => undefined);
      const stats = String(await redis.run("INFO", "stats"));
      return Number(/total_connections_received:(\d+)/.exec(stats)?.[1]);
    };
    await expect.poll(connections, { timeout: 10_000 }).toBeGreaterThan(30);
    expect(log.cluster.state()).toBe("away");
    const refused = () => log.lines.filter((line) => line.includes("user or password"));
    expect(refused()).toHaveLength(1);
    expect(refused()[0]).toMatch(/"level":50,.*WRONGPASS.*REDIS_URL/);
    // Before it, that the connections ended.
    expect(log.lines.length).toBeLessThanOrEqual(3);
    expect(log.lines.join()).not.toMatch(/first|second/);
    await redis.run("ACL", "SETUSER", "house", ">first word");
    await expect.poll(() => log.cluster.state(), { timeout: 5_000 }).toBe("ok");
    expect(log.lines.at(-1)).toContain("Redis is back");
  });

  it("gives up on a place that takes connections and never answers", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    endings.push(() => silent.close());
    const sockets: { destroy(): void }[] = [];
    silent.on("connection", (socket) => sockets.push(socket));
    endings.push(() =>
      sockets.forEach((socket) => {
        socket.destroy();
      }),
    );
    const { cluster } = await clusterOn(
      `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    );
    const startedAt = systemClock.now();
    const { presence } = cluster;
    await presence.subscribe("topic", () => undefined);
    await presence.publish("topic", 1);
    expect(await presence.hgetall("anything")).toEqual({});
    expect(await presence.exists("anything")).toBe(false);
    expect(systemClock.now() - startedAt).toBeLessThan(2_000);
    expect(cluster.state()).toBe("away");
  });

  it.each<[string, (redis: OwnRedis) => Promise<void>, (redis: OwnRedis) => Promise<void>]>([
    ["stopped", (redis) => redis.kill(), (redis) => redis.start()],
    ["asleep", async (redis) => redis.sleep(), async (redis) => redis.wake()],
  ])("hears what it listened to again once Redis is back: %s", async (_, go, comeBack) => {
    const redis = await own();
    const log = await clusterOn(redis.url);
    const { presence } = log.cluster;
    const heard: unknown[] = [];
    await presence.subscribe("before", (message: unknown) => heard.push(message));
    await go(redis);
    await expect.poll(() => log.cluster.state(), { timeout: 5_000 }).toBe("away");
    await presence.subscribe("during", (message: unknown) => heard.push(message));
    const backAt = systemClock.now();
    await comeBack(redis);
    await expect.poll(() => log.cluster.state(), { timeout: 5_000 }).toBe("ok");
    await expect
      .poll(
        async () => {
          await presence.publish("before", 1);
          await presence.publish("during", 2);
          return new Set(heard);
        },
        { timeout: 5_000 },
      )
      .toEqual(new Set([1, 2]));
    expect(systemClock.now() - backAt).toBeLessThan(5_000);
    expect(log.warnings.length).toBeLessThanOrEqual(4);
  });

  it("does not let strangers call what they like", async () => {
    const redis = await own();
    const { cluster } = await clusterOn(redis.url);
    const heard: unknown[] = [];
    await cluster.presence.subscribe("$table-main", (message: unknown) => heard.push(message));
    await cluster.presence.subscribe("p:one", (message: unknown) => heard.push(message));
    const sound = ["checkReconnectionToken", "request", ["token"]];
    for (const message of [
      null,
      "text",
      ["disconnect", "request", [4000]],
      ["_reserveSeat", "request", ["session", {}, ADA, 1e9]],
      ["_reserveSeat", "request"],
      ["_reserveSeat", "request", ["session"]],
      ["_reserveSeat", "request", ["session", {}]],
      ["_reserveSeat", "request", ["__proto__.x", {}, ADA]],
      ...[null, true, "ada", [], {}, { playerId: "ada" }, { ...ADA, name: "" }].map((player) => [
        "_reserveSeat",
        "request",
        ["session", {}, player],
      ]),
      ...[7, "", "../ada", "a".repeat(65)].map((playerId) => [
        "_reserveSeat",
        "request",
        ["session", {}, { ...ADA, playerId }],
      ]),
      ["_reserveSeat", "request", ["session", {}, { ...ADA, name: "A".repeat(25) }]],
      ["checkReconnectionToken", "request", [{ length: 5 }]],
      ["checkReconnectionToken", "request", ["token", "another"]],
      ["clients", "request", undefined],
    ]) {
      await redis.run("PUBLISH", "$table-main", JSON.stringify(message));
    }
    await redis.run("PUBLISH", "$table-main", "not JSON");
    await redis.run("PUBLISH", "p:one", JSON.stringify([undefined, "request", ["table", {}]]));
    await redis.run("PUBLISH", "$table-main", JSON.stringify(sound));
    const seatOf = (player: object) => [
      "_reserveSeat",
      "request",
      ["session", { tableId: "main" }, player],
    ];
    // Whatever else was said of the player is not handed on.
    for (const player of [ADA, { ...ADA, admin: true }]) {
      await redis.run("PUBLISH", "$table-main", JSON.stringify(seatOf(player)));
    }
    await expect.poll(() => heard).toEqual([sound, seatOf(ADA), seatOf(ADA)]);
  });
});
