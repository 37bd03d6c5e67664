import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { createEndpoint, createRouter, matchMaker } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { TransportChoice } from "../config/config.ts";
import { TRANSPORTS } from "../config/config.ts";
import { createLogger } from "../platform/log.ts";
import { EDGE_BOUNDS } from "./bounds.ts";
import type { HouseTransport } from "./createTransport.ts";
import { createTransport } from "./createTransport.ts";
import { GatheredSocket } from "./gatheredSocket.ts";

const choice: TransportChoice =
  TRANSPORTS.find((one) => one === process.env["TRANSPORT"]) ?? "auto";
const log = createLogger("silent");

/** Answers with what it was handed. */
async function echo(request: Request): Promise<Response> {
  const { method, headers } = request;
  const body = await request.text();
  return Response.json(
    { method, path: new URL(request.url).pathname, address: headers.get("x-real-ip"), body },
    {
      headers: [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    },
  );
}

async function openTransport(trustProxy = false): Promise<HouseTransport> {
  const transport = await createTransport(choice, {
    trustProxy,
    log,
    handle: (_router, request) => echo(request),
  });
  await listen(transport, 0, "127.0.0.1");
  transport.bindRouter(
    createRouter({ a: createEndpoint("/a", { method: "GET" }, async () => {}) }),
  );
  return transport;
}

function listen(transport: HouseTransport, port: number, host?: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  transport.listen(port, host, undefined, (error) => (error ? reject(error) : resolve()));
  return promise;
}

/** Sends bytes as they are, and answers everything that came back until the end. */
function exchange(port: number, sent: string, after?: (socket: Socket) => void): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
  });
  socket.on("error", () => resolve(received));
  socket.on("close", () => resolve(received));
  socket.write(sent);
  after?.(socket);
  return promise;
}

const upgrade = (...headers: string[]) =>
  [
    "GET /process/room?sessionId=x HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
    "",
    "",
  ].join("\r\n");

let plain: HouseTransport;
let proxied: HouseTransport;
beforeAll(async () => {
  await matchMaker.setup();
  plain = await openTransport();
  proxied = await openTransport(true);
});
afterAll(() => {
  plain.shutdown();
  proxied.shutdown();
});

const ask = async (transport: HouseTransport, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${transport.port}/here`, init);

describe("an HTTP request", () => {
  it("is handed on whole", async () => {
    const response = await ask(plain, { method: "POST", body: "hello" });
    expect(await response.json()).toEqual({
      method: "POST",
      path: "/here",
      address: "127.0.0.1",
      body: "hello",
    });
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("may have a body up to the bound", async () => {
    const body = "x".repeat(EDGE_BOUNDS.bodyBytes);
    const answer = (await (await ask(plain, { method: "POST", body })).json()) as { body: string };
    expect(answer.body).toHaveLength(EDGE_BOUNDS.bodyBytes);
  });

  it("is refused by its length before anything of its body is read", async () => {
    const head = `POST /here HTTP/1.1\r\nHost: a\r\nContent-Length: ${EDGE_BOUNDS.bodyBytes + 1}\r\n\r\n`;
    const answer = await exchange(plain.port, head);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('"TOO_LARGE"');
  });

  it("is cut off where its body goes on and on", async () => {
    const piece = "x".repeat(16_384);
    const chunk = `4000\r\n${piece}\r\n`;
    let sent = 0;
    const answer = await exchange(
      plain.port,
      "POST /here HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
      (socket) => {
        const more = (): void => {
          while (!socket.destroyed && sent < 200_000_000) {
            sent += chunk.length;
            if (!socket.write(chunk)) {
              socket.once("drain", more);
              return;
            }
          }
        };
        more();
      },
    );
    expect(sent).toBeLessThan(50_000_000);
    // What was on its way when the door closed may take the answer with it.
    if (answer !== "") expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it("has no answer's body where it asks for the head alone", async () => {
    const response = await ask(plain, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  it("that is nonsense harms nobody", async () => {
    for (const sent of [
      "NONSENSE\r\n\r\n",
      "GET /%zz%00 HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
      "GET //evil.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ]) {
      await exchange(plain.port, sent, (socket) => socket.end());
    }
    expect((await ask(plain)).status).toBe(200);
  });

  it("does not say for itself whose it is", async () => {
    const headers = {
      "x-real-ip": "6.6.6.6",
      "x-forwarded-for": "7.7.7.7",
      "x-client-ip": "8.8.8.8",
    };
    expect(await (await ask(plain, { headers })).json()).toMatchObject({ address: "127.0.0.1" });
  });

  it("is whose the trusted proxy says", async () => {
    const real = await ask(proxied, { headers: { "x-real-ip": "9.9.9.9" } });
    expect(await real.json()).toMatchObject({ address: "9.9.9.9" });
    const forwarded = await ask(proxied, { headers: { "x-forwarded-for": "6.6.6.6, 9.9.9.8" } });
    expect(await forwarded.json()).toMatchObject({ address: "9.9.9.8" });
  });
});

describe("a WebSocket", () => {
  it("is not for pages of other sites", async () => {
    for (const origin of ["http://evil.example", "null", "http://127.0.0.1.evil.example"]) {
      const answer = await exchange(plain.port, upgrade(`Origin: ${origin}`));
      expect(answer).toMatch(/^HTTP\/1.1 403 /);
    }
  });

  it("is for our own pages, and for programs that have none", async () => {
    for (const headers of [[], ["Origin: http://127.0.0.1"]]) {
      const answer = await exchange(plain.port, upgrade(...headers), (socket) => {
        socket.once("data", () => socket.destroy());
      });
      expect(answer).toMatch(/^HTTP\/1.1 101 /);
    }
  });
});

describe("the port", () => {
  it("is open where it was asked for and nowhere else", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(plain.port, "127.0.0.2");
    socket.on("connect", () => resolve("open"));
    socket.on("error", () => resolve("closed"));
    expect(await promise).toBe("closed");
    socket.destroy();
  });

  it.each([
    ["that is taken", "EADDRINUSE", "127.0.0.1"],
    ["of another machine", "EADDRNOTAVAIL", "192.0.2.1"],
  ])("%s is an error that says so, and not a wait: %s", async (_which, code, address) => {
    const second = await createTransport(choice, {
      trustProxy: false,
      log,
      handle: (_router, request) => echo(request),
    });
    await expect(listen(second, plain.port, address)).rejects.toMatchObject({ code });
    second.shutdown();
  });
});

describe("the choice of a transport", () => {
  /** What is chosen, and the lines that are logged about it. */
  async function chosen(asked: TransportChoice) {
    const lines: string[] = [];
    const listening = Object.assign(Object.create(log), {
      info: (_fields: object, line: string) => lines.push(line),
    });
    const transport = await createTransport(asked, {
      trustProxy: false,
      log: listening,
      handle: (_router, request) => echo(request),
    });
    return { name: transport.constructor.name, lines };
  }

  it("is ws where that is asked for", async () => {
    expect(await chosen("ws")).toEqual({
      name: "WsTransport",
      lines: ["transport: ws, as TRANSPORT asks"],
    });
  });

  it("is told in one line, with the reason where it is the second best", async () => {
    const { name, lines } = await chosen("auto");
    const told =
      name === "UwsTransport"
        ? /^transport: uWebSockets\.js$/
        : /^transport: ws, because uWebSockets\.js does not load: .+$/;
    expect(lines).toEqual([expect.stringMatching(told)]);
  });

  it("is uWebSockets.js where that is asked for, or an error that says why not", async () => {
    const loads = (await chosen("auto")).name === "UwsTransport";
    const asked = chosen("uws");
    if (loads) expect((await asked).name).toBe("UwsTransport");
    else await expect(asked).rejects.toThrow(/^TRANSPORT is "uws", but .* it takes auto or ws\.$/);
  });
});

it("keeps no list of connections that a close would have to search", async () => {
  const transport = await openTransport();
  const sockets = Array.from(
    { length: 20 },
    () => new WebSocket(`ws://127.0.0.1:${transport.port}/`),
  );
  await Promise.all(sockets.map((socket) => once(socket, "open")));
  // A mass drop over an array is quadratic; the parent of one of the transports has such an array.
  expect([...(Reflect.get(transport, "clients") ?? [])]).toEqual([]);
  const closed = Promise.all(sockets.map((socket) => once(socket, "close")));
  for (const socket of sockets) socket.close();
  await closed;
  transport.shutdown();
});

if (choice === "uws") {
  it("gathers what it sends to a socket", async () => {
    const sent = vi.spyOn(GatheredSocket.prototype, "send");
    const transport = await openTransport();
    // There is no such room: the answer is an error frame.
    const socket = new WebSocket(`ws://127.0.0.1:${transport.port}/process/room?sessionId=none`);
    await once(socket, "message");
    expect(sent).toHaveBeenCalled();
    socket.terminate();
    transport.shutdown();
  });
}
