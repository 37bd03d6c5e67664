import type { Socket } from "node:net";
import { connect } from "node:net";
import { ClientState, CloseCode, matchMaker, Protocol } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { MOST_WAITING } from "../rooms/houseRoom.ts";
import type { Guest, TableConnection, TestHouse } from "../testing/openTestHouse.ts";
import { openTestHouse, sit } from "../testing/openTestHouse.ts";
import { EDGE_BOUNDS } from "./bounds.ts";

const { JOIN_ROOM, ROOM_DATA, ROOM_DATA_BYTES, ROOM_REQUEST } = Protocol;

let house: TestHouse;
let witness: TableConnection;
beforeAll(async () => {
  house = await openTestHouse();
  witness = await sit(await house.guest("Witness"), "slow");
});
afterAll(async () => {
  await witness.leave();
  await house.close();
});

/** Whoever sits there goes on as if nothing had been. */
async function expectWitnessUnharmed(): Promise<void> {
  expect(await witness.request("time", {})).toHaveProperty("now");
  expect(witness.connection.isOpen).toBe(true);
}

/** A socket of our own at a seat, and what its address is. */
async function reserve({ token }: Guest): Promise<string> {
  const response = await fetch(`${house.url}/matchmake/join/table`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ tableId: "slow" }),
  });
  const { processId, roomId, sessionId } = (await response.json()) as Record<string, string>;
  return `/${processId}/${roomId}?sessionId=${sessionId}&_authToken=${token}`;
}

async function rawSeat(): Promise<WebSocket> {
  const path = await reserve(await house.guest());
  const socket = new WebSocket(`ws://127.0.0.1:${house.port}${path}`);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once("message", () => resolve());
  await promise;
  socket.send(new Uint8Array([JOIN_ROOM]));
  return socket;
}

function closed(socket: WebSocket): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.once("close", resolve);
  return promise;
}

describe("a frame that is nonsense harms nobody else", () => {
  const bytes = (...list: readonly number[]) => new Uint8Array(list);

  it.each<[string, Uint8Array | string]>([
    ["nothing", bytes()],
    ["an unknown code", bytes(99, 1, 2, 3)],
    ["every modifier", bytes(255)],
    ["data without a type", bytes(ROOM_DATA)],
    ["data with half a type", bytes(ROOM_DATA, 0xbf, 1)],
    ["a type that never ends", bytes(ROOM_DATA, 0xdb, 0xff, 0xff, 0xff, 0xff)],
    ["a type that is an object", bytes(ROOM_DATA, 0x80)],
    ["data that is no MessagePack", bytes(ROOM_DATA, 0xa1, 0x61, 0xc1, 0xc1)],
    ["half a request", bytes(ROOM_REQUEST)],
    ["a request with half a number", bytes(ROOM_REQUEST, 0xcf, 1)],
    ["a request of no type", bytes(ROOM_REQUEST, 1)],
    ["a request with half a payload", bytes(ROOM_REQUEST, 1, 0xa3, 0x62, 0x65, 0x74, 0x82, 0xa2)],
    ["bytes without a type", bytes(ROOM_DATA_BYTES)],
    ["text", "hello"],
  ])("%s", async (_what, frame) => {
    const socket = await rawSeat();
    socket.send(frame);
    await expectWitnessUnharmed();
    const ended = closed(socket);
    socket.close();
    await ended;
  });

  it("a frame whose handler throws ends the connection", async () => {
    const socket = await rawSeat();
    const { clients } = matchMaker.getLocalRoomById("table-slow");
    clients.at(-1)?.ref.on("message", () => {
      throw new Error("boom");
    });
    const ended = closed(socket);
    socket.send(new Uint8Array([ROOM_DATA, 0xa1, 0x78]));
    expect(await ended).toBe(1008);
    await expectWitnessUnharmed();
  });

  it("a frame that is too long ends the connection", async () => {
    const socket = await rawSeat();
    const ended = closed(socket);
    socket.send(new Uint8Array(EDGE_BOUNDS.messageBytes + 1));
    expect([1006, 1009]).toContain(await ended);
    await expectWitnessUnharmed();
  });

  it("a flood ends the connection", async () => {
    const socket = await rawSeat();
    const ended = closed(socket);
    for (let sent = 0; sent < 300; sent += 1) socket.send(new Uint8Array([ROOM_DATA, 0xa1, 0x78]));
    expect(await ended).toBe(4002);
    await expectWitnessUnharmed();
  });
});

describe("a player who got a seat and never says that they are there", () => {
  it("is cut off before much waits for them, and the others go on", async () => {
    const path = await reserve(await house.guest("Absent"));
    const socket = new WebSocket(`ws://127.0.0.1:${house.port}${path}`);
    await new Promise<void>((resolve) => socket.once("message", () => resolve()));
    const room = matchMaker.getLocalRoomById("table-slow");
    const absent = room.clients.find(({ auth }) => auth?.name === "Absent");
    const ended = closed(socket);
    const line = { playerId: "x", name: "x", text: "Hello?", at: 0 };
    // A patch comes ten times a second; nobody chats as much between two of them.
    for (let said = 0; said <= MOST_WAITING; said += 1) room.broadcast("chat", line);
    expect(await ended).toBe(CloseCode.WITH_ERROR);
    expect(room.clients.some(({ auth }) => auth?.name === "Absent")).toBe(false);
    expect(absent?.state).toBe(ClientState.LEAVING);
    await expectWitnessUnharmed();
  });
});

describe("a player who does not read", () => {
  it("is cut off, and the others go on", async () => {
    const path = await reserve(await house.guest("Sloth"));
    const socket = await slowSocket(path);
    const room = matchMaker.getLocalRoomById("table-slow");
    const before = room.clients.length;
    const news = { code: "NEWS", message: "x".repeat(8_000) };
    // Far more than a kernel holds for one connection; without a bound it would wait in memory.
    let told = 0;
    while (room.clients.length === before && told < 20_000) {
      for (const client of room.clients) {
        if (client.auth.name === "Sloth") client.send("notice", news);
      }
      told += 1;
      if (told % 8 === 0) await fetch(`${house.url}/health`);
    }
    expect(room.clients.length).toBe(before - 1);
    socket.destroy();
    await expectWitnessUnharmed();
  });

  /** Joins, and reads nothing from then on. */
  async function slowSocket(path: string): Promise<Socket> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = connect(house.port, "127.0.0.1");
    socket.once("data", () => resolve());
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await promise;
    const joined = Promise.withResolvers<void>();
    socket.once("data", () => joined.resolve());
    await joined.promise;
    // One masked frame of one byte: the seat is taken.
    socket.write(Buffer.from([0x82, 0x81, 0, 0, 0, 0, JOIN_ROOM]));
    await once(() => matchMaker.getLocalRoomById("table-slow").clients.some(isSloth));
    socket.pause();
    return socket;
  }

  const isSloth = ({ auth, state }: { auth?: { name: string }; state: number }) =>
    auth?.name === "Sloth" && state === 1;

  /** Waits by asking the server something, until it is so. */
  async function once(so: () => boolean): Promise<void> {
    while (!so()) await fetch(`${house.url}/health`);
  }
});
