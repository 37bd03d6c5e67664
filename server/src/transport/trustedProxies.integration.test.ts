import { connect } from "node:net";
import { createRouter, matchMaker } from "@colyseus/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TransportChoice } from "../config/config.ts";
import { TRANSPORTS } from "../config/config.ts";
import { createLogger } from "../platform/log.ts";
import type { HouseTransport } from "./createTransport.ts";
import { createTransport } from "./createTransport.ts";

const choice: TransportChoice =
  TRANSPORTS.find((one) => one === process.env["TRANSPORT"]) ?? "auto";

/** Ours, and somebody else's, of this machine. */
const PROXY = "127.0.0.2";
const STRANGER = "127.0.0.3";

let transport: HouseTransport;
beforeAll(async () => {
  await matchMaker.setup();
  transport = await createTransport(choice, {
    trustProxy: ["10.0.0.0/8", PROXY],
    log: createLogger("silent"),
    handle: async (_router, { headers }) =>
      Response.json({
        address: headers.get("x-real-ip"),
        list: headers.get("x-forwarded-for"),
        protocol: headers.get("x-forwarded-proto"),
      }),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  transport.listen(0, "127.0.0.1", undefined, (error) => (error ? reject(error) : resolve()));
  await promise;
  transport.bindRouter(createRouter({}));
});
afterAll(() => transport.shutdown());

/** All that comes back for a request of this peer until a line says `until`, or the end. */
function answerTo(peer: string, lines: readonly string[], until: RegExp): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ port: transport.port, host: "127.0.0.1", localAddress: peer });
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
    if (until.test(received)) socket.destroy();
  });
  socket.on("error", reject);
  socket.on("close", () => resolve(received));
  socket.write([...lines, "", ""].join("\r\n"));
  return promise;
}

const seenBy = async (peer: string, ...headers: string[]): Promise<unknown> => {
  const lines = ["GET /here HTTP/1.1", "Host: house.test", ...headers];
  const answer = await answerTo(peer, lines, /\}/);
  return JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? "null");
};

const FORGED = [
  "X-Forwarded-For: 6.6.6.6",
  "X-Real-IP: 7.7.7.7",
  "X-Client-IP: 8.8.8.8",
  "X-Forwarded-Proto: https",
];

it("believes a proxy that is in the list", async () => {
  expect(await seenBy(PROXY, "X-Forwarded-For: 6.6.6.6, 9.9.9.9")).toMatchObject({
    address: "9.9.9.9",
  });
  expect(await seenBy(PROXY, ...FORGED)).toEqual({
    address: "6.6.6.6",
    list: null,
    protocol: "https",
  });
});

it("takes the last word of a proxy that lets a client's header stand", async () => {
  for (const name of ["X-Real-IP", "X-Forwarded-For"]) {
    expect(await seenBy(PROXY, `${name}: 6.6.6.6`, `${name}: 9.9.9.9`)).toMatchObject({
      address: "9.9.9.9",
    });
  }
  expect(
    await seenBy(PROXY, "X-Real-IP: 6.6.6.6", "X-Forwarded-For: 7.7.7.7, [2001:db8::1]:4711"),
  ).toMatchObject({ address: "2001:db8::1" });
});

it("takes a proxy that says no address for whom it is", async () => {
  expect(await seenBy(PROXY, "X-Real-IP: unknown")).toMatchObject({ address: PROXY });
  expect(await seenBy(PROXY, "X-Forwarded-For: 9.9.9.9, unknown")).toMatchObject({
    address: PROXY,
  });
});

it("does not believe who is not, whatever they say", async () => {
  for (const header of FORGED) {
    expect(await seenBy(STRANGER, header)).toMatchObject({ address: STRANGER });
  }
  expect(await seenBy(STRANGER, ...FORGED)).toEqual({
    address: STRANGER,
    list: null,
    protocol: null,
  });
});

it("lets nobody but a proxy say under which name a page found the house", async () => {
  const asked = [
    "GET /process/room?sessionId=x HTTP/1.1",
    "Host: inside",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Origin: https://evil.example",
    "X-Forwarded-Host: evil.example",
  ];
  expect(await answerTo(STRANGER, asked, /\r\n/)).toMatch(/^HTTP\/1\.1 403 /);
  expect(await answerTo(PROXY, asked, /\r\n/)).toMatch(/^HTTP\/1\.1 101 /);
});
