import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { EDGE_BOUNDS } from "./bounds.ts";
import { GuardedSocket } from "./guardedSocket.ts";

let http: Server;
let sockets: WebSocketServer;
beforeEach(async () => {
  http = createServer();
  sockets = new WebSocketServer({
    server: http,
    WebSocket: GuardedSocket,
    perMessageDeflate: false,
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  http.listen(0, "127.0.0.1", resolve);
  await promise;
});
afterEach(() => {
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  http.close();
});

/** Both ends of a connection; the far one has its TCP socket at hand, to stop reading. */
async function pair() {
  const taken = once<WebSocket>((done) => sockets.once("connection", done));
  const far = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  let tcp: Socket | undefined;
  far.once("upgrade", ({ socket }) => {
    tcp = socket as Socket;
  });
  await once((done) => far.once("open", () => done(undefined)));
  if (tcp === undefined) throw new Error("no connection");
  return { near: await taken, far, tcp };
}

function once<T>(subscribe: (done: (value: T) => void) => void): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  subscribe(resolve);
  return promise;
}

/** Sends frames until something of them has to wait. */
function fill(near: WebSocket, frame: Uint8Array): number {
  for (let sent = 1; sent < 10_000; sent += 1) {
    near.send(frame);
    if (near.bufferedAmount > 0) return sent;
  }
  throw new Error("the kernel takes everything");
}

describe("a guarded socket", () => {
  it("ends alone when a frame's handler throws", async () => {
    const { near, far } = await pair();
    const heard = once<Error>((done) => near.once("error", done));
    near.on("message", () => {
      throw new Error("boom");
    });
    const closed = once<number>((done) => far.once("close", done));
    far.send("anything");
    expect((await heard).message).toBe("boom");
    expect(await closed).toBe(1008);
  });

  it("writes what is sent in one turn at once, and in order", async () => {
    const { near, far } = await pair();
    const stream = Reflect.get(near, "_socket") as Socket;
    const writes = vi.spyOn(stream, "_writev");
    const heard: string[] = [];
    const all = once((done) => {
      far.on("message", (data) => {
        heard.push(String(data));
        if (heard.length === 4) done(undefined);
      });
    });
    for (const text of ["patch", "settled", "seat", "answer"]) near.send(text);
    await all;
    expect(heard).toEqual(["patch", "settled", "seat", "answer"]);
    expect(writes).toHaveBeenCalledTimes(1);
  });

  it("is cut off when its reader is too slow", async () => {
    const { near, tcp } = await pair();
    tcp.pause();
    const closed = once<number>((done) => near.once("close", done));
    const frame = Buffer.alloc(32 * 1024);
    let sent = fill(near, frame);
    while (near.readyState === WebSocket.OPEN && sent < 10_000) {
      near.send(frame);
      sent += 1;
    }
    expect(near.bufferedAmount).toBeLessThan(EDGE_BOUNDS.waitingBytes + 2 * frame.length);
    expect(await closed).toBe(1006);
  });

  it("sends what a view held when it was sent, however slow the reader", async () => {
    const { near, far, tcp } = await pair();
    tcp.pause();
    const encoder = new Uint8Array(64 * 1024).fill(1);
    const frames: Buffer[] = [];
    far.on("message", (data: Buffer) => frames.push(data));
    const sent = fill(near, encoder.subarray(0, 60 * 1024));
    // The next patch is encoded into the same memory.
    encoder.fill(2);
    const all = once<void>((done) =>
      far.on("message", () => {
        if (frames.length === sent) done();
      }),
    );
    tcp.resume();
    await all;
    const changed = frames.filter((frame) => frame.some((byte) => byte !== 1));
    expect(changed).toHaveLength(0);
  });
});
