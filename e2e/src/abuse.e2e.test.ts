import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { bots } from "./testing/commands.ts";
import type { Player } from "./testing/player.ts";
import { seatPlayer } from "./testing/player.ts";
import type { TestServer } from "./testing/server.ts";
import { quickTables, startServer } from "./testing/server.ts";

/**
 * What a server meets from people who wish it ill. Each case is tried while an honest player sits
 * at the table, who must not notice.
 */
let server: TestServer;
let honest: Player;
let bet = 0;

beforeAll(async () => {
  server = await startServer({ env: { TABLES: quickTables(["main"], { bettingMs: 2500 }) } });
  honest = await seatPlayer(server.url, "main");
});

afterAll(async () => {
  await honest.leave();
  await server[Symbol.asyncDispose]();
});

/** The honest player bets, and is answered. */
async function honestBet(): Promise<void> {
  await honest.until(
    ({ phase, phaseEndsAt }) => phase === "betting" && phaseEndsAt - Date.now() > 500,
  );
  bet += 1;
  const op = `honest-${bet}`;
  await expect(honest.room.request("bet", { op, chips: [["red", 1]] })).resolves.toMatchObject({
    op,
  });
}

/** The socket under an SDK room, for frames that the SDK would never send. */
function socketOf({ room }: Player): { send(frame: Uint8Array | string): void } {
  return (room.connection as unknown as { transport: { ws: WebSocket } }).transport.ws;
}

/** Resolves once a socket is closed, however it came to that. */
function closed(socket: WebSocket): Promise<void> {
  // Its close follows, and that is what is waited for.
  socket.on("error", () => undefined);
  return new Promise((resolve) => socket.on("close", () => resolve()));
}

const FRAMES: readonly (readonly [string, Uint8Array | string])[] = [
  ["an empty frame", new Uint8Array()],
  ["an unknown code", Uint8Array.of(31, 1, 2, 3)],
  ["a request cut short", Uint8Array.of(22)],
  ["a request without a payload", Uint8Array.of(22, 1, 0xa3, 0x62, 0x65, 0x74)],
  [
    "a request whose payload is no MessagePack",
    Uint8Array.of(22, 1, 0xa3, 0x62, 0x65, 0x74, 0xc1, 0xff),
  ],
  ["a string that claims to be long", Uint8Array.of(13, 0xdb, 0xff, 0xff, 0xff, 0xff)],
  ["an input nobody asked for", Uint8Array.of(19, 0, 0, 0, 0)],
  ["every modifier at once", Uint8Array.of(0xff, 0xff, 0xff)],
  ["text", "{}"],
  ["noise", Uint8Array.from({ length: 2000 }, (_, index) => (index * 197) % 256)],
];

describe("malformed frames", () => {
  it.each(FRAMES)("%s disturbs nobody else", async (_, frame) => {
    const rogue = await seatPlayer(server.url, "main");
    for (let count = 0; count < 20; count += 1) socketOf(rogue).send(frame);
    await honestBet();
    await rogue.leave();
  });

  it("a frame beyond the bound ends its sender's connection, and nothing else", async () => {
    const rogue = await seatPlayer(server.url, "main");
    rogue.room.reconnection.enabled = false;
    const left = new Promise((resolve) => rogue.room.onLeave(resolve));
    socketOf(rogue).send(new Uint8Array(1_000_000));
    await left;
    await honestBet();
  });
});

describe("malformed requests", () => {
  it.each<[string, unknown, string]>([
    ["bet", null, "MALFORMED"],
    ["bet", "red", "MALFORMED"],
    ["bet", { op: "a" }, "MALFORMED"],
    ["bet", { op: "", chips: [["red", 1]] }, "MALFORMED"],
    ["bet", { op: "x".repeat(65), chips: [["red", 1]] }, "MALFORMED"],
    ["bet", { op: "b", chips: [] }, "MALFORMED"],
    ["bet", { op: "c", chips: Array(201).fill(["red", 1]) }, "MALFORMED"],
    ["bet", { op: "d", chips: [["red"]] }, "MALFORMED"],
    ["bet", { op: "e", chips: [["pink", 1]] }, "SPOT_UNKNOWN"],
    ["bet", { op: "f", chips: [["__proto__", 1]] }, "SPOT_UNKNOWN"],
    ["bet", { op: "g", chips: [["red", 0]] }, "AMOUNT_INVALID"],
    ["bet", { op: "h", chips: [["red", -1]] }, "AMOUNT_INVALID"],
    ["bet", { op: "i", chips: [["red", 1.5]] }, "AMOUNT_INVALID"],
    ["bet", { op: "j", chips: [["red", 1e300]] }, "AMOUNT_INVALID"],
    ["bet", { op: "k", chips: [["red", Number.NaN]] }, "AMOUNT_INVALID"],
    ["undo", {}, "MALFORMED"],
    ["seed", { seed: "not a seed!" }, "MALFORMED"],
    ["chat", { text: 7 }, "MALFORMED"],
  ])("%s %.60j is refused, and the connection stays", async (type, payload, code) => {
    await honest.until(
      ({ phase, phaseEndsAt }) => phase === "betting" && phaseEndsAt - Date.now() > 500,
    );
    await expect(honest.room.request(type, payload)).rejects.toMatchObject({ reason: { code } });
    expect(honest.room.connection.isOpen).toBe(true);
  });
});

describe("tokens", () => {
  it.each([
    ["none", ""],
    ["garbage", "garbage"],
    ["a forged one", "eyJhbGciOiJIUzI1NiJ9.eyJwbGF5ZXJJZCI6ImFkbWluIn0.c2lnbmF0dXJl"],
    ["one without a signature", "eyJhbGciOiJub25lIn0.eyJwbGF5ZXJJZCI6ImFkbWluIn0."],
  ])("%s is no way in", async (_, token) => {
    const headers = token === "" ? {} : { authorization: `Bearer ${token}` };
    const me = await fetch(`${server.url}/api/me`, { headers });
    expect(me.status).toBe(401);
    expect(await me.json()).toMatchObject({ error: { code: "UNAUTHENTICATED" } });
    const join = await fetch(`${server.url}/matchmake/join/table`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ tableId: "main" }),
    });
    expect(join.ok).toBe(false);
    await honestBet();
  });

  it.each(["create", "joinOrCreate"])("%s is refused even with a token", async (method) => {
    const response = await fetch(`${server.url}/matchmake/${method}/table`, {
      method: "POST",
      headers: { authorization: `Bearer ${honest.token}`, "content-type": "application/json" },
      body: JSON.stringify({ tableId: "another" }),
    });
    expect(response.ok).toBe(false);
    const { tables } = (await (await fetch(`${server.url}/api/tables`)).json()) as {
      tables: unknown[];
    };
    expect(tables).toHaveLength(1);
  });
});

describe("connections", () => {
  it("without a seat are closed", async () => {
    const address = server.url.replace("http", "ws");
    for (const path of ["/", "/nowhere/nothing?sessionId=x", `/${"x".repeat(5000)}`]) {
      await closed(new WebSocket(address + path));
    }
    await honestBet();
  });

  it("that come and go by the hundred leave the table as it was", async () => {
    const address = server.url.replace("http", "ws");
    const sockets = Array.from({ length: 200 }, () => new WebSocket(address));
    const ends = sockets.map(closed);
    for (const socket of sockets) socket.terminate();
    await Promise.all(ends);
    await honestBet();
  });

  it("of maniacs keep every promise to everyone", async () => {
    const flags = "--players 15 --duration 6s --strategy maniac --churn 6";
    const { code, report } = await bots("--url", server.url, ...flags.split(" "));
    expect(report.errors).toEqual([]);
    expect(Object.keys(report.bets.refused)).toEqual(
      expect.arrayContaining(["ABOVE_SPOT_MAX", "SPOT_UNKNOWN", "AMOUNT_INVALID", "MALFORMED"]),
    );
    expect(code).toBe(0);
    await honestBet();
  });
});
