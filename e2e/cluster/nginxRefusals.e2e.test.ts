/** What Nginx refuses by itself is said as the server says its errors, however little it understood. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { ask, lastWords, openRaw } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

const SECRET = "k33p-this-to-yourself";
const LONG = "x".repeat(9_000);

let folder = "";
let upstream: Upstream;
let nginx: NginxServer;
let secure: NginxServer;
let leading = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  for (const file of ["index.html", "icon.svg"]) writeFileSync(join(folder, file), "a file");
  upstream = await startUpstream({ name: "one" });
  const processes = new Map([[1, upstream.address]]);
  const start = (name: string, ports: { http: number; https?: number }) =>
    startNginx({ folder: join(folder, name), clientDir: folder, processes, ports });
  const http = await freePort();
  nginx = await start("plain", { http: await freePort() });
  secure = await start("tls", { http, https: await freePort() });
  leading = `http://127.0.0.1:${http}`;
});

afterAll(async () => {
  await nginx?.stop();
  await secure?.stop();
  await upstream?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Refusal {
  readonly status: number;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends a request as it is written, and reads what comes until the connection ends. */
async function send(url: string, request: string): Promise<Refusal> {
  const words = await lastWords(await openRaw(url, request));
  const [head = "", body = ""] = words.split("\r\n\r\n");
  const [first = "", ...rest] = head.split("\r\n");
  const headers = rest.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(first.split(" ")[1]), headers: Object.fromEntries(headers), body };
}

function expectRefusal({ status, headers, body }: Refusal, expected: readonly [number, string]) {
  const { error, message } = JSON.parse(body) as {
    error: { code: string; message: string };
    message: string;
  };
  expect([status, error.code]).toEqual(expected);
  expect(error.message).toMatch(/^[A-Z].*\.$/);
  // Where the SDK looks for it.
  expect(message).toBe(`${error.code}: ${error.message}`);
  expect(headers).toMatchObject({
    "content-type": expect.stringContaining("application/json"),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
}

const FROM = "Host: a\r\nConnection: close\r\n";
const of = (line: string, headers = "") => `${line} HTTP/1.1\r\n${FROM}${headers}\r\n`;

/** What they send, and the status and code that they are told. */
const NOT_UNDERSTOOD: [what: string, request: string, expected: [number, string]][] = [
  ["no request", "hello\r\n\r\n", [400, "MALFORMED"]],
  ["TLS to a port without it", "\x16\x03\x01\x02\r\n\r\n", [400, "MALFORMED"]],
  ["a version to come", "GET /api/tables HTTP/7.1\r\nHost: a\r\n\r\n", [505, "MALFORMED"]],
  ["no host", "GET /api/tables HTTP/1.1\r\n\r\n", [400, "MALFORMED"]],
  ["two hosts", of("GET /api/tables", "Host: b\r\n"), [400, "MALFORMED"]],
  ["a header of two words", of("GET /api/tables", "a b: c\r\n"), [400, "MALFORMED"]],
  ["an address that is wrongly coded", of("GET /api/%zz"), [400, "MALFORMED"]],
  ["a way out of the root", of("GET /../.."), [400, "MALFORMED"]],
  ["a length that is no number", of("POST /api/me", "Content-Length: x\r\n"), [400, "MALFORMED"]],
  [
    "two words on its length",
    of("POST /api/me", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
    [400, "MALFORMED"],
  ],
  [
    "a coding that is not known",
    of("POST /api/me", "Transfer-Encoding: x\r\n"),
    [501, "MALFORMED"],
  ],
  [
    "a chunk without a size",
    `${of("POST /matchmake/join/table", "Transfer-Encoding: chunked\r\n")}zz\r\n`,
    [400, "MALFORMED"],
  ],
  ["a long address", of(`GET /api/tables?${SECRET}${LONG}`), [414, "TOO_LARGE"]],
  ["a long header", of(`POST /auth/login?${SECRET}`, `X: ${LONG}\r\n`), [431, "TOO_LARGE"]],
];

describe("a request that is not understood", () => {
  it.each(NOT_UNDERSTOOD)("is refused with %s", async (_what, request, expected) => {
    const before = upstream.arrivals.length;
    expectRefusal(await send(nginx.url, request), expected);
    expect(upstream.arrivals.length).toBe(before);
  });

  it.each(NOT_UNDERSTOOD.filter(([, , [status]]) => [414, 431, 505].includes(status)))(
    "is refused with %s where plain HTTP only leads to HTTPS as well",
    async (_what, request, expected) => {
      expectRefusal(await send(leading, request), expected);
    },
  );
});

describe("a request that does not fit its address", () => {
  it.each([
    ["a file", "POST /icon.svg"],
    ["the page", "DELETE /"],
  ])("changes nothing of %s", async (_what, line) => {
    const refusal = await send(nginx.url, of(line, "Content-Length: 0\r\n"));
    expectRefusal(refusal, [405, "METHOD_NOT_ALLOWED"]);
    expect(refusal.headers["allow"]).toBe("GET, HEAD");
  });

  it("traces nothing, of which no address tells what it takes", async () => {
    const refusal = await send(nginx.url, of("TRACE /api/tables"));
    expectRefusal(refusal, [405, "METHOD_NOT_ALLOWED"]);
    expect(refusal.headers["allow"]).toBeUndefined();
  });

  it.each([
    [416, "Range: bytes=900-\r\n"],
    [412, 'If-Match: "another"\r\n'],
  ])("is refused with %i for a part or a version that is not there", async (status, header) => {
    expectRefusal(await send(nginx.url, of("GET /icon.svg", header)), [status, "REFUSED"]);
  });

  it("is not found, be it the address that refusals have", async () => {
    for (const path of ["/refused", "/nothing", "/api"]) {
      expectRefusal(await send(nginx.url, of(`POST ${path}`)), [404, "NOT_FOUND"]);
    }
    const { status, body } = await ask(`${nginx.url}/nothing`, { method: "HEAD" });
    expect([status, body]).toEqual([404, ""]);
  });

  it("is refused over TLS in the same words", async () => {
    const { status, headers, body } = await ask(`${secure.url}/icon.svg`, { method: "POST" });
    expectRefusal({ status, headers: headers as Refusal["headers"], body }, [
      405,
      "METHOD_NOT_ALLOWED",
    ]);
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
  });
});

/** The last: no process is left. */
describe("a request that no process answers", () => {
  it.each([
    ["of the API", of("GET /api/tables")],
    ["for a seat", of("POST /matchmake/join/table", "Content-Length: 2\r\n").concat("{}")],
    [
      "for a socket",
      "GET /p/1/process/room HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    ],
  ])("%s is refused, to be asked again", async (_what, request) => {
    await upstream.stop();
    const refusal = await send(nginx.url, request);
    expectRefusal(refusal, [502, "UNAVAILABLE"]);
    expect(refusal.headers["retry-after"]).toBe("1");
  });

  it("is in the log as it was asked, like any other that was refused, and without its query", async () => {
    await nginx.stop();
    const written = readFileSync(nginx.accessLog, "utf8");
    const lines = written.trimEnd().split("\n");
    const told = lines.map((line) => {
      const { method, path, status } = JSON.parse(line) as Record<string, unknown>;
      return `${method} ${path} ${status}`;
    });
    expect(told).toEqual(
      expect.arrayContaining([
        "GET /api/%zz 400",
        "GET /../.. 400",
        "GET /api/tables 414",
        "POST /auth/login 431",
        "POST /icon.svg 405",
        "DELETE / 405",
        "POST /nothing 404",
        "POST /matchmake/join/table 502",
        "GET /p/1/process/room 502",
      ]),
    );
    expect(written).not.toContain(SECRET);
  });
});
