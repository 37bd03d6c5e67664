/** Which process a request reaches through the proxy, and which requests reach none. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { ask, openSocket } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Arrival, Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

const PING_MS = 200;

let folder = "";
let nginx: NginxServer;
let one: Upstream;
let two: Upstream;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  one = await startUpstream({ name: "one", pingMs: PING_MS });
  two = await startUpstream({ name: "two" });
  nginx = await startNginx({
    folder,
    clientDir: folder,
    processes: new Map([
      [1, one.address],
      [2, two.address],
    ]),
    ports: { http: await freePort() },
    settings: { EDGE_SOCKET_TIMEOUT: "1s" },
  });
});

afterAll(async () => {
  await nginx?.stop();
  await one?.stop();
  await two?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const arrivals = (): number => one.arrivals.length + two.arrivals.length;
const told = (body: string): Arrival => JSON.parse(body) as Arrival;

describe("a player's socket", () => {
  it.each([
    [1, "one"],
    [2, "two"],
  ])("of slot %i reaches process %s, without the slot and with its query", async (slot, name) => {
    const { arrival, echo, socket } = await openSocket(
      `${nginx.url}/p/${slot}/aB3_x-9/table-main?sessionId=abc&_authToken=x.y.z`,
    );
    expect(arrival.process).toBe(name);
    expect(arrival.target).toBe("/aB3_x-9/table-main?sessionId=abc&_authToken=x.y.z");
    expect(await echo("a message that goes there and back")).toBe(
      "a message that goes there and back",
    );
    socket.terminate();
  });

  it("lives by pings for longer than a silent one", async () => {
    const pinged = await openSocket(`${nginx.url}/p/1/process/pinged`);
    const silent = await openSocket(`${nginx.url}/p/1/process/room`);
    await new Promise((resolve) => silent.socket.once("close", resolve));
    expect(await pinged.echo("still here")).toBe("still here");
    pinged.socket.terminate();
  });

  it.each([
    ["a slot that is not in the list", "/p/3/process/room"],
    ["a slot with a zero before it", "/p/01/process/room"],
    ["no number", "/p/x/process/room"],
    ["a host and a port", "/p/127.0.0.1:6379/process/room"],
    ["another host", "/p/1@localhost/process/room"],
    ["a port in place of the process", "/6379/process/room"],
    ["no slot", "/process/room"],
    ["a way up", "/p/1/../../process/room"],
    ["a coded slash", "/p/1/process%2froom/x"],
    ["a coded line end", "/p/1/process/room%0d%0aX:y"],
    ["more than process and room", "/p/1/process/room/more"],
    ["the files' folder", "/assets/process/room"],
  ])("that names %s is not found", async (_what, path) => {
    const before = arrivals();
    const headers = {
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    };
    expect((await ask(`${nginx.url}${path}`, { headers })).status).toBe(404);
    expect(arrivals()).toBe(before);
  });

  it.each([
    ["no upgrade", {}],
    ["an upgrade to something else", { connection: "upgrade", upgrade: "h2c" }],
  ])("is nothing else: with %s its address is not found", async (_what, headers) => {
    const before = arrivals();
    expect((await ask(`${nginx.url}/p/1/api/tables`, { headers })).status).toBe(404);
    expect(arrivals()).toBe(before);
  });
});

describe("what the monitor asks of a room", () => {
  it.each([
    [1, "one", "room?roomId=table-main"],
    [2, "two", "room?roomId=table-main"],
    [2, "two", "room/call?roomId=table-main&method=disconnect&args=[]"],
  ])(
    "of slot %i reaches process %s, without the slot and with its query: %s",
    async (slot, name, asked) => {
      const { status, body } = await ask(`${nginx.url}/p/${slot}/monitor/api/${asked}`, {
        headers: { "x-forwarded-for": "203.0.113.7", cookie: "croupier_admin=kept" },
      });
      expect(status).toBe(200);
      expect(told(body)).toMatchObject({
        process: name,
        target: `/monitor/api/${asked}`,
        headers: { "x-forwarded-for": "127.0.0.1", cookie: "croupier_admin=kept" },
      });
    },
  );

  it.each([
    "/p/3/monitor/api/room",
    "/p/0/monitor/api/room",
    "/p/127.0.0.1:6379/monitor/api/room",
    "/p/1/monitor/api",
    "/p/1/monitor/",
    "/p/1/monitor/api/room/",
    "/p/1/monitor/api/room/call/more",
    "/p/1/monitor/api/room/../../../metrics",
    "/p/1/admin/api/me",
  ])("of %s reaches none", async (path) => {
    const before = arrivals();
    expect((await ask(`${nginx.url}${path}`)).status).toBe(404);
    expect(arrivals()).toBe(before);
  });
});

describe("a request for any process", () => {
  it.each([
    "/api/tables?x=1",
    "/auth/userdata",
    "/matchmake/join/table",
    "/admin",
    "/admin/api/me",
    "/monitor",
    "/monitor/",
    "/ready",
  ])("reaches one: %s", async (path) => {
    const { status, body } = await ask(`${nginx.url}${path}`);
    expect(status).toBe(200);
    expect(told(body).target).toBe(path);
  });

  it("reaches each in turn", async () => {
    const names = new Set<string>();
    for (let count = 0; count < 8; count++) {
      names.add(told((await ask(`${nginx.url}/api/tables`)).body).process);
    }
    expect(names).toEqual(new Set(["one", "two"]));
  });

  it.each([
    "/metrics",
    "/api",
    "/colyseus",
    "/administrator",
    "/api/../metrics",
    "/api/%2e%2e/metrics",
    "/api/..%2fmetrics",
    "/.env",
    "/assets/.built-from",
  ])("reaches none where the path is not listed: %s", async (path) => {
    const before = arrivals();
    const { status, body } = await ask(`${nginx.url}${path}`);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ error: { code: "NOT_FOUND" } });
    expect(arrivals()).toBe(before);
  });

  it("says who asks, whatever the client claims", async () => {
    const host = new URL(nginx.url).host;
    const { body } = await ask(`${nginx.url}/api/tables`, {
      from: "127.0.0.9",
      headers: {
        "x-forwarded-for": "203.0.113.7",
        "x-real-ip": "203.0.113.7",
        "x-client-ip": "203.0.113.7",
        forwarded: "for=203.0.113.7",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
      },
    });
    const { headers } = told(body);
    expect(headers).toMatchObject({
      host,
      "x-forwarded-for": "127.0.0.9",
      "x-real-ip": "127.0.0.9",
      "x-forwarded-host": host,
      "x-forwarded-proto": "http",
    });
    expect(JSON.stringify(headers)).not.toMatch(/203\.0\.113\.7|evil/);
  });
});

describe("a process that goes", () => {
  it("is left out, and a refused connection is no player's trouble", async () => {
    await two.stop();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(`${nginx.url}/api/tables`, { method: "POST" })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it("has another one answer its players' sockets, which tells them where to go", async () => {
    const { arrival, socket } = await openSocket(`${nginx.url}/p/2/process/room?sessionId=abc`);
    expect([arrival.process, arrival.target]).toEqual(["one", "/process/room?sessionId=abc"]);
    expect(arrival.headers["x-real-ip"]).toBe("127.0.0.1");
    socket.terminate();
  });

  it("has nobody else answer what the monitor asks of its rooms", async () => {
    const before = arrivals();
    const { status, body } = await ask(`${nginx.url}/p/2/monitor/api/room?roomId=table-main`);
    expect(status).toBe(502);
    expect(JSON.parse(body)).toMatchObject({ error: { code: "UNAVAILABLE" } });
    expect(arrivals()).toBe(before);
  });

  it("is found again by its slot when it is back, and elsewhere after a reload", async () => {
    two = await startUpstream({ name: "two again", port: two.port });
    const back = await openSocket(`${nginx.url}/p/2/process/room`);
    expect(back.arrival.process).toBe("two again");
    const three = await startUpstream({ name: "three" });
    await nginx.reload(
      new Map([
        [1, one.address],
        [2, three.address],
      ]),
    );
    const moved = await openSocket(`${nginx.url}/p/2/process/room`);
    expect(moved.arrival.process).toBe("three");
    for (const { socket } of [back, moved]) socket.terminate();
    await three.stop();
  });

  it("keeps a list that Nginx does not take from being loaded", async () => {
    const wrong = new Map([[1, "127.0.0.1:99999"]]);
    await expect(nginx.reload(wrong)).rejects.toThrow(/nginx -t: .*invalid port/);
    expect((await ask(`${nginx.url}/api/tables`)).status).toBe(200);
  });

  it("is not asked twice to do what changes something", async () => {
    const asked: string[] = [];
    const drops = (name: string) =>
      startUpstream({
        name,
        answer: (response, { process }) => {
          asked.push(process);
          response.destroy();
        },
      });
    const dropping = [await drops("a"), await drops("b")];
    await nginx.reload(new Map(dropping.map(({ address }, index) => [index + 1, address])));
    const { status, headers, body } = await ask(`${nginx.url}/api/me`, {
      method: "POST",
      body: "{}",
    });
    expect(status).toBe(502);
    expect(asked).toHaveLength(1);
    expect(headers["content-type"]).toContain("application/json");
    expect(JSON.parse(body)).toMatchObject({ error: { code: "UNAVAILABLE" } });
    for (const upstream of dropping) await upstream.stop();
  });

  it("leaves Nginx's own health alone, even when it was the last", async () => {
    const { status, body } = await ask(`${nginx.url}/health`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ status: "ok" });
    expect((await ask(`${nginx.url}/ready`)).status).toBe(502);
    await expect(openSocket(`${nginx.url}/p/1/process/room`)).rejects.toThrow("502");
  });
});
