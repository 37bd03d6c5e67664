/** Bounds that a client meets at every address, whatever it asks and however it comes. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { ask, openRaw, openSocket } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

const MB = 2 ** 20;
/** As the real server's client, for the locations of files. */
const FILES = ["index.html", "assets/app.js", "icon.svg"];

let folder = "";
let upstream: Upstream;
let nginx: NginxServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  mkdirSync(join(folder, "assets"));
  for (const file of FILES) writeFileSync(join(folder, file), "a file");
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

describe("the rate of one address", () => {
  it("holds at every address but Nginx's own health", async () => {
    await start({ EDGE_REQUESTS_PER_SECOND: "1", EDGE_REQUESTS_BURST: "1" });
    const paths = [
      ...["/", "/icon.svg", "/nothing", "/assets/app.js", "/api/tables", "/auth/userdata"],
      ...["/matchmake/join/table", "/admin", "/admin/api/me", "/monitor", "/monitor/x", "/ready"],
      "/p/1/monitor/api/room",
    ];
    const statusesOf = async (path: string, from: string) => {
      const asked = Array.from({ length: 6 }, () => ask(`${nginx.url}${path}`, { from }));
      return (await Promise.all(asked)).map(({ status }) => status);
    };
    for (const [index, path] of paths.entries()) {
      expect(await statusesOf(path, `127.0.1.${index + 1}`), path).toContain(429);
    }
    expect(new Set(await statusesOf("/health", "127.0.2.1"))).toEqual(new Set([200]));
    const sockets = await Promise.allSettled(
      Array.from({ length: 6 }, () => openSocket(`${nginx.url}/p/1/process/room`, "127.0.2.2")),
    );
    const refused = sockets.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(2);
    for (const each of sockets) if (each.status === "fulfilled") each.value.socket.terminate();
  });
});

describe("a customer with a whole network of IPv6 addresses", () => {
  const HEADER = "x-test-address";
  const NETWORK = Array.from({ length: 8 }, (_, index) => `2001:db8:a0a:ff0a:${index}::1`);
  const OTHERS = NETWORK.map((_, index) => `2001:db8:a0a:${index}::1`);
  const IPV4 = NETWORK.map((_, index) => `203.0.113.${index}`);

  /** Who asks is taken from a header: one machine has no network of addresses. */
  async function startBelieving(settings: Readonly<Record<string, string>>): Promise<void> {
    const believing = `set_real_ip_from 127.0.0.1;\nreal_ip_header ${HEADER};\n`;
    writeFileSync(join(folder, "upstreams-and-addresses.conf"), believing);
    await start({ EDGE_UPSTREAMS: "upstreams*.conf", ...settings });
  }

  async function refused(addresses: readonly string[]): Promise<number> {
    const asked = addresses.map((address) =>
      ask(`${nginx.url}/api/tables`, { headers: { [HEADER]: address } }),
    );
    return (await Promise.all(asked)).filter(({ status }) => status === 429).length;
  }

  it("has one rate", async () => {
    await startBelieving({ EDGE_REQUESTS_PER_SECOND: "1", EDGE_REQUESTS_BURST: "2" });
    // One less for a second that may have begun meanwhile.
    expect([4, 5]).toContain(await refused(NETWORK));
    expect(await refused(OTHERS)).toBe(0);
    expect(await refused(IPV4)).toBe(0);
  });

  it("has one number of connections", async () => {
    const held: ServerResponse[] = [];
    await upstream.stop();
    upstream = await startUpstream({ name: "one", answer: (response) => void held.push(response) });
    await startBelieving({ EDGE_CONNECTIONS_PER_ADDRESS: "3" });
    const answers: number[] = [];
    const asked = [...NETWORK.slice(0, 5), ...OTHERS.slice(0, 2)].map(async (address) => {
      const { status } = await ask(`${nginx.url}/api/tables`, { headers: { [HEADER]: address } });
      answers.push(status);
    });
    // Nobody who is in leaves before everybody has asked.
    await expect.poll(() => held.length + answers.length, { timeout: 5_000 }).toBe(7);
    expect(answers).toEqual([429, 429]);
    for (const response of held) response.end("at last");
    await Promise.all(asked);
    expect(answers.slice(2)).toEqual(Array(5).fill(200));
  });
});

describe("a client that does not read", () => {
  it("is ended in time, with its connection", async () => {
    const size = 64 * MB;
    writeFileSync(join(folder, "large.wasm"), Buffer.alloc(size));
    await start({ EDGE_SEND_TIMEOUT: "1s" });
    const head = "GET /large.wasm HTTP/1.1\r\nHost: a\r\n\r\n";
    const socket = await openRaw(nginx.url, head);
    const logged = () => readFileSync(nginx.accessLog, "utf8").trim();
    await expect.poll(logged, { timeout: 10_000 }).not.toBe("");
    const { path, bytes } = JSON.parse(logged()) as { path: string; bytes: number };
    expect(path).toBe("/large.wasm");
    expect(bytes).toBeLessThan(size);
    // However it ends: what is not sent is thrown away.
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.resume();
    await ended;
    expect(socket.bytesRead).toBeLessThan(size);
  });

  it("is not taken for one who does", async () => {
    await start();
    writeFileSync(join(folder, "large.wasm"), Buffer.alloc(8 * MB));
    const { status, raw } = await ask(`${nginx.url}/large.wasm`);
    expect([status, raw.length]).toEqual([200, 8 * MB]);
  });
});

describe("a body of 400 MB that does not say how long it is", () => {
  it("is refused at the bound, long before its end", async () => {
    await start();
    const head = "POST /api/me HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const socket = await openRaw(nginx.url, head);
    const chunk = Buffer.concat([
      Buffer.from("10000\r\n"),
      Buffer.alloc(65_536),
      Buffer.from("\r\n"),
    ]);
    let answer = "";
    const answered = once(socket, "data").then(([words]) => {
      answer = String(words);
    });
    while (answer === "" && socket.bytesWritten < 400 * MB) {
      if (!socket.write(chunk)) await Promise.race([once(socket, "drain"), answered]);
    }
    await answered;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    // Some of it is on its way.
    expect(socket.bytesWritten).toBeLessThan(40 * MB);
    socket.destroy();
    expect(upstream.arrivals).toHaveLength(0);
  });
});
