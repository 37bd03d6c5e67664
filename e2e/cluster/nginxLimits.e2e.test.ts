/** What one address may take, and that the others notice nothing of one that takes more. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { ask, lastWords, openRaw, openSocket } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

const OTHER = "127.0.0.2";
const BODY_MOST = 64 * 1024;

let folder = "";
let upstream: Upstream;
let nginx: NginxServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  upstream = await startUpstream({ name: "one" });
});

afterEach(async () => {
  await nginx?.stop();
  await upstream?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const processes = new Map([[1, upstream.address]]);
  const ports = { http: await freePort() };
  nginx = await startNginx({ folder, clientDir: folder, processes, ports, settings });
}

const statusOf = (words: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(words)?.[1] ?? 0);

async function expectPlayable(from: string): Promise<void> {
  const { echo, socket } = await openSocket(`${nginx.url}/p/1/process/room`, from);
  expect(await echo("a bet")).toBe("a bet");
  socket.terminate();
  expect((await ask(`${nginx.url}/api/tables`, { from })).status).toBe(200);
}

describe("a process that hangs", () => {
  it("is not waited for where a seat is asked for: another may have it", async () => {
    await upstream.stop();
    upstream = await startUpstream({ name: "one", answer: () => undefined });
    await start({ EDGE_SEAT_TIMEOUT: "300ms" });
    const url = `${nginx.url}/matchmake/join/table`;
    const answer = await ask(url, { method: "POST", body: "{}" });
    expect(answer.status).toBe(504);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "UNAVAILABLE" } });
  });
});

describe("requests of one address", () => {
  it("are refused beyond its rate, whichever kind, and others' are not", async () => {
    await start({ EDGE_REQUESTS_PER_SECOND: "1", EDGE_REQUESTS_BURST: "5" });
    const paths = ["/api/tables", "/matchmake/join/table", "/auth/userdata", "/ready"];
    const asked = Array.from({ length: 24 }, (_, index) =>
      ask(`${nginx.url}${paths[index % paths.length]}`),
    );
    const answers = await Promise.all(asked);
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBe(upstream.arrivals.length);
    // One more for a second that may have begun meanwhile.
    expect([6, 7]).toContain(upstream.arrivals.length);
    expect(refused[0]?.headers).toMatchObject({ "retry-after": "5" });
    expect(refused[0]?.headers["content-type"]).toContain("application/json");
    expect(JSON.parse(refused[0]?.body ?? "")).toMatchObject({
      error: { code: "TOO_MANY_REQUESTS" },
    });
    await expect(openSocket(`${nginx.url}/p/1/process/room`)).rejects.toThrow("429");
    await expectPlayable(OTHER);
  });
});

describe("connections of one address", () => {
  it("are refused beyond their number, sockets among them, and others' are not", async () => {
    await start({ EDGE_CONNECTIONS_PER_ADDRESS: "10" });
    const opened = await Promise.allSettled(
      Array.from({ length: 15 }, () => openSocket(`${nginx.url}/p/1/process/room`)),
    );
    const seated = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(seated).toHaveLength(10);
    const { status, body } = await ask(`${nginx.url}/api/tables`);
    expect(status).toBe(429);
    expect(JSON.parse(body)).toMatchObject({ error: { code: "TOO_MANY_REQUESTS" } });
    await expectPlayable(OTHER);
    for (const { socket } of seated) socket.terminate();
  });

  it("that send slow bodies are counted, and ended", async () => {
    await start({ EDGE_CONNECTIONS_PER_ADDRESS: "10", EDGE_BODY_TIMEOUT: "1s" });
    const head =
      "POST /auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9\r\n\r\n{";
    const slow = await Promise.all(Array.from({ length: 15 }, () => openRaw(nginx.url, head)));
    const waiting = Promise.all(slow.map(lastWords));
    await expectPlayable(OTHER);
    const statuses = (await waiting).map(statusOf);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(upstream.arrivals.every(({ target }) => target !== "/auth/login")).toBe(true);
  });
});

describe("a slow head", () => {
  it("is ended in time, 5,000 of them, while another address plays on", async () => {
    await start({ EDGE_HEADER_TIMEOUT: "2s" });
    const player = await openSocket(`${nginx.url}/p/1/process/room`, OTHER);
    const head = "GET /api/tables HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    const slow: Socket[] = [];
    for (let hundred = 0; hundred < 50; hundred++) {
      const more = Array.from({ length: 100 }, () => openRaw(nginx.url, head));
      slow.push(...(await Promise.all(more)));
    }
    const ended = Promise.all(slow.map(lastWords));
    expect(slow.filter(({ closed }) => !closed).length).toBeGreaterThan(2_500);
    expect(await player.echo("a bet")).toBe("a bet");
    await expectPlayable(OTHER);
    await ended;
    expect(await player.echo("another bet")).toBe("another bet");
    player.socket.terminate();
    expect(upstream.arrivals.every(({ headers }) => headers["x-slow"] === undefined)).toBe(true);
  });

  it("gets no more time by sending a byte now and then", async () => {
    await start({ EDGE_HEADER_TIMEOUT: "1s", EDGE_REQUESTS_BURST: "100000" });
    const socket = await openRaw(nginx.url, "GET / HTTP/1.1\r\nX-Slow: ");
    const ended = lastWords(socket);
    while (!socket.destroyed) {
      socket.write("x");
      await ask(`${nginx.url}/health`, { from: OTHER });
    }
    expect(socket.bytesWritten).toBeGreaterThan(100);
    // Cut off, and not refused for its length.
    expect(await ended).toBe("");
  });
});

describe("a request that is too large", () => {
  beforeEach(() => start());

  const post = (body: Buffer, headers = {}) =>
    ask(`${nginx.url}/auth/login`, { method: "POST", body, headers });

  it("has a body as large as the server takes at most", async () => {
    const { status } = await post(Buffer.alloc(BODY_MOST));
    expect(status).toBe(200);
    expect(upstream.arrivals[0]?.bytes).toBe(BODY_MOST);
  });

  it.each([
    ["that says so", {}],
    ["that comes in chunks", { "transfer-encoding": "chunked" }],
  ])("is refused for a body %s", async (_how, headers) => {
    const { status, body } = await post(Buffer.alloc(BODY_MOST + 1), headers);
    expect(status).toBe(413);
    expect(JSON.parse(body)).toMatchObject({ error: { code: "TOO_LARGE" } });
    expect(upstream.arrivals).toHaveLength(0);
  });

  it("is refused for 400 MB at once, before they are sent", async () => {
    const head = `POST /api/me HTTP/1.1\r\nHost: a\r\nContent-Length: ${400 * 2 ** 20}\r\n\r\n`;
    const socket = await openRaw(nginx.url, head);
    const [answer] = await once(socket, "data");
    expect(statusOf(String(answer))).toBe(413);
    socket.destroy();
    expect(upstream.arrivals).toHaveLength(0);
  });

  const long = "x".repeat(5_000);
  const headers = Array.from({ length: 12 }, (_, index) => [`x-${index}`, long.slice(0, 1_500)]);

  it.each([
    ["a header", { headers: { "x-long": long }, path: "/api/tables", expected: 431 }],
    ["all headers", { headers: Object.fromEntries(headers), path: "/", expected: 431 }],
    ["the address", { headers: {}, path: `/api/tables?${long}`, expected: 414 }],
  ])("is refused for %s", async (_what, { headers, path, expected }) => {
    expect((await ask(`${nginx.url}${path}`, { headers })).status).toBe(expected);
    expect(upstream.arrivals).toHaveLength(0);
  });
});
