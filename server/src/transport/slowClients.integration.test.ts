/**
 * Clients that begin something and never end it: each is cut off in its time, and whoever else asks
 * is answered meanwhile.
 */
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { createEndpoint, createRouter, matchMaker, Room } from "@colyseus/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { TRANSPORTS } from "../config/config.ts";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import { EDGE_BOUNDS } from "./bounds.ts";
import type { HouseTransport } from "./createTransport.ts";
import { createTransport } from "./createTransport.ts";
import { WsTransport } from "./wsTransport.ts";

const EACH = 10;
/** More than the kernel holds for one connection. */
const LARGE = 24 * 2 ** 20;
/** uWebSockets.js looks at its sockets every four seconds; a busy machine is late. */
const LATE_MS = 5_000;
/** Less than any slow one is given, so nobody waits for one of them. */
const ANSWERS_MS = 8_000;

const GET = "GET /here HTTP/1.1\r\nHost: a\r\n";
const POST = "POST /here HTTP/1.1\r\nHost: a\r\n";
const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";

const choice = TRANSPORTS.find((one) => one === process.env["TRANSPORT"]) ?? "auto";
let transport: HouseTransport;

/** What each begins with, what comes bit by bit from then on, and how long it may take. */
type Slow = readonly [what: string, first: string, bit: string, mostMs: number];

const slowOnes = (headersMs: number): readonly Slow[] => [
  ["says nothing", "", "", headersMs],
  ["stops in its head", `${GET}X-Slow: `, "", headersMs],
  ["never ends its head", `${GET}X-Slow: `, "x", headersMs],
  ["never ends its first line", "GET /", "x", headersMs],
  ["never ends its upgrade", `${GET}${UPGRADE}X-Slow: `, "x", headersMs],
  ["never ends its second head", `${GET}\r\n${GET}X-Slow: `, "x", headersMs],
  ["stops in its body", `${POST}Content-Length: 9000\r\n\r\nx`, "", EDGE_BOUNDS.requestMs],
  ["never ends its body", `${POST}Content-Length: 9000\r\n\r\n`, "x", EDGE_BOUNDS.requestMs],
  [
    "never ends its chunks",
    `${POST}Transfer-Encoding: chunked\r\n\r\n`,
    "1\r\nx\r\n",
    EDGE_BOUNDS.requestMs,
  ],
];

beforeAll(async () => {
  await matchMaker.setup();
  matchMaker.defineRoomType("bare", class extends Room {});
  transport = await createTransport(choice, {
    trustProxy: false,
    log: createLogger("silent"),
    handle: async (_router, request) =>
      request.url.endsWith("/large")
        ? new Response(new Uint8Array(LARGE))
        : Response.json({ length: (await request.text()).length }),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  transport.listen(0, "127.0.0.1", undefined, (error) => (error ? reject(error) : resolve()));
  await promise;
  const endpoint = createEndpoint("/a", { method: "GET" }, async () => {});
  transport.bindRouter(createRouter({ a: endpoint }));
});
afterAll(() => transport.shutdown());

interface SlowClient {
  readonly what: string;
  readonly socket: Socket;
  readonly mostMs: number;
  readonly more: () => void;
  tookMs: number | null;
}

function begin([what, first, bit, mostMs]: Slow): SlowClient {
  const socket = connect(transport.port, "127.0.0.1");
  const beganAt = systemClock.now();
  const more = () => {
    if (bit !== "" && socket.writable) socket.write(bit);
  };
  const client: SlowClient = { what, socket, mostMs, more, tookMs: null };
  socket.write(first);
  // What is answered has to be read, or the end is never seen.
  socket.resume();
  socket.on("error", () => {});
  socket.on("close", () => {
    client.tookMs = systemClock.now() - beganAt;
  });
  return client;
}

/** Asks for much and reads nothing of it; answers how much there is to read when it wants to after all. */
function beginDeaf(): () => Promise<number> {
  const socket = connect(transport.port, "127.0.0.1");
  let received = 0;
  socket.on("error", () => {});
  socket.write("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  socket.pause();
  return async () => {
    const ended = new Promise((resolve) => socket.on("close", resolve));
    socket.on("data", (piece) => {
      received += piece.length;
    });
    socket.resume();
    await ended;
    return received;
  };
}

/** Asks like anybody; answers what came. */
async function ask(): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${transport.port}/here`, {
    method: "POST",
    body: "a whole body",
    signal: AbortSignal.timeout(ANSWERS_MS),
  });
  return response.json();
}

async function seatIn(roomId: string): Promise<string> {
  const { sessionId } = await matchMaker.joinById(roomId, {});
  return `/process/${roomId}?sessionId=${sessionId}`;
}

/** A seat in a room that knows nothing; whoever has it and says nothing answers no ping either. */
async function silentSeat(roomId: string): Promise<Slow> {
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const head = `GET ${await seatIn(roomId)} HTTP/1.1\r\nHost: a\r\n`;
  return ["answers no ping", `${head}${UPGRADE}${key}\r\n`, "", 3 * EDGE_BOUNDS.pingMs];
}

it("cuts off whoever never ends what they began, and serves the others meanwhile", async () => {
  const { roomId } = await matchMaker.createRoom("bare", {});
  const seats = await Promise.all(Array.from({ length: EACH }, () => silentSeat(roomId)));
  const ours = transport instanceof WsTransport;
  const headersMs = ours ? EDGE_BOUNDS.headersMs : EDGE_BOUNDS.uwsHeadersMs;
  const others = slowOnes(headersMs).flatMap((slow) => Array.from({ length: EACH }, () => slow));
  const clients = [...seats, ...others].map(begin);
  const open = () => clients.filter(({ tookMs }) => tookMs === null);
  const deaf = beginDeaf();
  // It says nothing by itself either, but answers pings.
  const quiet = new WebSocket(`ws://127.0.0.1:${transport.port}${await seatIn(roomId)}`);
  await once(quiet, "open");
  const answers: unknown[] = [];
  await expect
    .poll(
      async () => {
        answers.push(await ask().catch(String));
        for (const { more } of open()) more();
        return new Set(open().map(({ what }) => what));
      },
      { interval: 100, timeout: 60_000 },
    )
    .toEqual(new Set());
  expect(answers.length).toBeGreaterThan(20);
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
    new Set(['{"length":12}']),
  );
  const late = clients.filter(({ tookMs, mostMs }) => (tookMs ?? 0) > mostMs + LATE_MS);
  expect(Object.fromEntries(late.map(({ what, tookMs }) => [what, tookMs]))).toEqual({});
  expect(quiet.readyState).toBe(WebSocket.OPEN);
  quiet.terminate();
  // The rest of it is not kept for whoever did not want it.
  expect(await deaf()).toBeLessThan(LARGE);
}, 90_000);
