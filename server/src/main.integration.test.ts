import type { Server } from "node:net";
import { createServer } from "node:net";
import type { SeatMessage } from "@croupier/shared/protocol/messages";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TestDatabase } from "./testing/database.ts";
import { createTestDatabase } from "./testing/database.ts";
import { MainProcesses, SECRETS } from "./testing/mainProcess.ts";
import { clientAt, nextMessage, sit } from "./testing/openTestHouse.ts";
import { createOwnRedis } from "./testing/ownRedis.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const processes = new MainProcesses();
afterEach(() => processes.killAll());

const start = (environment: Record<string, string> = {}) =>
  processes.start({ DATABASE_URL: database.url, ...environment });

/** A start that fails, with what it says. */
const failing = (environment: Record<string, string>) =>
  processes.failing({ DATABASE_URL: database.url, ...environment });

async function takenPort(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, server };
}

describe("a start that cannot be", () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ["a port of letters", { PORT: "http" }, /^PORT is "http", but it takes .*\n$/],
    [
      "a table too quick",
      { TABLES: '[{"id":"a","bettingMs":5}]' },
      /^TABLES: table "a": bettingMs .*\n$/,
    ],
    [
      "no secret in production",
      { NODE_ENV: "production", SEED_KEY: "" },
      /^SEED_KEY is not set.*\n$/,
    ],
    [
      "a database that is not there",
      { DATABASE_URL: "postgres://me:hunter2@127.0.0.1:9/none" },
      /^DATABASE_URL: (?!.*hunter2).*\n$/,
    ],
  ])("says so in one line: %s", async (_what, environment, line) => {
    expect(await failing(environment)).toMatch(line);
  });

  it("says that Redis does not know the password, and not which one it was", async () => {
    const redis = await createOwnRedis();
    const said = await failing({ REDIS_URL: redis.wrongUrl }).finally(() => redis.close());
    expect(said).toMatch(/^REDIS_URL: .*WRONGPASS.*\n$/);
    expect(said).not.toMatch(/another/);
    const { rows } = await database.pool.query("SELECT FROM leases");
    expect(rows).toEqual([]);
  });

  it("says which port is in use", async () => {
    const { port, server } = await takenPort();
    for (const name of ["PORT", "METRICS_PORT"]) {
      const line = `${name} is ${port}, but that port is in use; it takes a free one.\n`;
      expect(await failing({ [name]: String(port) })).toBe(line);
    }
    server.close();
  });

  it("says that it was given the address of another machine", async () => {
    const line = "LISTEN_ADDRESS is no address of this machine; unset, it listens on all.\n";
    expect(await failing({ LISTEN_ADDRESS: "192.0.2.1" })).toBe(line);
  });
});

describe("a running server", () => {
  it("closes on one signal: players may come back, and nothing is left", async () => {
    const run = start();
    const url = await run.open;
    const client = clientAt(url);
    await client.auth.signInAnonymously({ name: "Ada" });
    const room = await sit({ client }, "slow");
    const dropped = Promise.withResolvers<number>();
    room.reconnection.enabled = false;
    room.onLeave((code) => dropped.resolve(code));
    run.child.kill("SIGTERM");
    expect(await dropped.promise).toBe(4010);
    expect(await run.ended).toBe(0);
    expect(run.errors()).toBe("");
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it("goes on in the same round with the same bets after it was killed", async () => {
    const first = start();
    const client = clientAt(await first.open);
    const { token } = await client.auth.signInAnonymously({ name: "Grace" });
    const room = await sit({ client }, "slow");
    room.reconnection.enabled = false;
    const { round, commitment } = room.state;
    const answer = await room.request("bet", { op: "safe", chips: [["straight:17", 25]] });
    first.child.kill("SIGKILL");
    expect(await first.ended).toBe("SIGKILL");

    const second = start();
    const again = clientAt(await second.open, token);
    const back = await again.join("table", { tableId: "slow" });
    expect(await nextMessage<SeatMessage>(back, "seat")).toMatchObject({
      round,
      stake: 25,
      chips: [["straight:17", 25]],
      balance: 9_975,
    });
    expect(await back.request("bet", { op: "safe", chips: [["straight:17", 25]] })).toEqual(answer);
    expect((await again.http.get("/api/tables/slow")).data).toMatchObject({ round, commitment });
    back.onMessage("*", () => {});
    await back.leave();
    second.child.kill("SIGINT");
    expect(await second.ended).toBe(0);
  });

  it("listens on one address alone where that is asked for", async () => {
    const elsewhere = async (environment: Record<string, string>) => {
      const run = start(environment);
      const url = new URL("/health", await run.open);
      expect((await fetch(url)).status).toBe(200);
      url.hostname = "127.0.0.2";
      const answered = await fetch(url).then(
        ({ status }) => status,
        ({ cause }) => cause.code,
      );
      run.child.kill("SIGINT");
      expect(await run.ended).toBe(0);
      return answered;
    };
    expect(await elsewhere({ LISTEN_ADDRESS: "127.0.0.1" })).toBe("ECONNREFUSED");
    expect(await elsewhere({})).toBe(200);
  });

  it("has its numbers on a port of their own", async () => {
    const { port, server } = await takenPort();
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    await closed.promise;
    const run = start({ METRICS_PORT: String(port) });
    const url = await run.open;
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain("croupier_turn_late_milliseconds");
    expect(metrics).not.toContain(SECRETS.SEED_KEY);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(0);
  });
});
