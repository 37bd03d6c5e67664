/** The client's files as the proxy serves them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { ask } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

const PAGE = "<!doctype html><title>Croupier</title>";
const SCRIPT = `console.log("${"place your bets ".repeat(200)}");`;
const MANY_ROUNDS = JSON.stringify(Array.from({ length: 400 }, (_, round) => ({ round })));

let folder = "";
let upstream: Upstream;
let nginx: NginxServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  const clientDir = join(folder, "client");
  const assets = join(clientDir, "assets");
  mkdirSync(assets, { recursive: true });
  writeFileSync(join(clientDir, "index.html"), PAGE);
  writeFileSync(join(clientDir, ".built-from"), "a hash");
  writeFileSync(join(assets, "index-Aa1.js"), SCRIPT);
  writeFileSync(join(assets, "index-Aa1.js.gz"), gzipSync(SCRIPT));
  writeFileSync(join(assets, "index-Aa1.js.br"), brotliCompressSync(SCRIPT));
  upstream = await startUpstream({
    name: "one",
    answer: (response) => {
      response.writeHead(200, {
        "content-type": "application/json",
        "content-security-policy": "default-src 'none'",
        "cache-control": "no-store",
      });
      response.end(MANY_ROUNDS);
    },
  });
  nginx = await startNginx({
    folder: join(folder, "nginx"),
    clientDir,
    processes: new Map([[1, upstream.address]]),
    ports: { http: await freePort() },
  });
});

afterAll(async () => {
  await nginx?.stop();
  await upstream?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const packed = (encoding: string) => ({ headers: { "accept-encoding": encoding } });

describe("the page", () => {
  it.each(["/", "/index.html"])("is at %s, and is asked for again each time", async (path) => {
    const { status, headers, body } = await ask(`${nginx.url}${path}`);
    expect([status, body]).toEqual([200, PAGE]);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["cache-control"]).toBe("no-cache");
  });

  it("costs nothing when it has not changed", async () => {
    const { headers } = await ask(`${nginx.url}/`);
    const again = await ask(`${nginx.url}/`, { headers: { "if-none-match": headers.etag } });
    expect([again.status, again.body]).toEqual([304, ""]);
  });

  it("tells browsers what it may do, and says nothing of Nginx's version", async () => {
    const { headers } = await ask(`${nginx.url}/`);
    expect(headers).toMatchObject({
      server: "nginx",
      "content-security-policy": expect.stringContaining("default-src 'self'; script-src 'self';"),
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers["strict-transport-security"]).toBeUndefined();
  });
});

describe("a file with a hash in its name", () => {
  const url = () => `${nginx.url}/assets/index-Aa1.js`;

  it("may be kept for ever", async () => {
    const { status, headers, body } = await ask(url());
    expect([status, body]).toEqual([200, SCRIPT]);
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  it("is sent as the build packed it", async () => {
    const { headers, raw } = await ask(url(), packed("gzip"));
    expect(headers["content-encoding"]).toBe("gzip");
    expect(headers.vary?.toLowerCase()).toContain("accept-encoding");
    expect(String(gunzipSync(raw))).toBe(SCRIPT);
  });

  it("is sent in brotli to who takes it", async () => {
    const { headers, raw } = await ask(url(), packed("gzip, br"));
    expect(headers["content-encoding"]).toBe("br");
    expect(headers.vary?.toLowerCase()).toContain("accept-encoding");
    expect(String(brotliDecompressSync(raw))).toBe(SCRIPT);
  });

  it("is not found where there is none, and that is not kept", async () => {
    const { status, headers } = await ask(`${nginx.url}/assets/index-Bb2.js`);
    expect([status, headers["cache-control"]]).toEqual([404, "no-store"]);
  });
});

describe("what is no file of the client", () => {
  it.each([
    "/.built-from",
    "/assets/",
    "/assets",
    "/../nginx/nginx.conf",
    "/%2e%2e/nginx/error.log",
  ])("is not served: %s", async (path) => {
    const { status } = await ask(`${nginx.url}${path}`);
    expect([400, 404]).toContain(status);
  });
});

describe("an answer of the server", () => {
  it("keeps the headers that the server gave it, and gets no others", async () => {
    const { headers } = await ask(`${nginx.url}/api/tables`);
    expect(headers["content-security-policy"]).toBe("default-src 'none'");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["x-frame-options"]).toBeUndefined();
  });

  it("is packed where it is long", async () => {
    const { headers, raw } = await ask(`${nginx.url}/api/tables/main/rounds`, packed("gzip"));
    expect(headers["content-encoding"]).toBe("gzip");
    expect(String(gunzipSync(raw))).toBe(MANY_ROUNDS);
  });
});
