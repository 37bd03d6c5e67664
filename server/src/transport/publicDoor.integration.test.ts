import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { TransportChoice } from "../config/config.ts";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import type { HouseTransport } from "./createTransport.ts";
import { createTransport } from "./createTransport.ts";
import { PublicDoor } from "./publicDoor.ts";

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** Answers every request for a socket with these. */
async function proxyThatSays(status: number, type: string): Promise<string> {
  const server = createServer().on("upgrade", (_request, socket) => {
    socket.end(`HTTP/1.1 ${status} No\r\nContent-Type: ${type}\r\nContent-Length: 2\r\n\r\n{}`);
  });
  return addressOf(server);
}

async function addressOf(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each<TransportChoice>(["auto", "ws"])("a knock at the public address: %s", (choice) => {
  let transport: HouseTransport;
  let door: PublicDoor | null = null;
  const heard: string[] = [];
  beforeAll(async () => {
    transport = await createTransport(choice, {
      trustProxy: false,
      log: createLogger("silent"),
      handle: async () => new Response(),
      heard: (path) => {
        heard.push(path);
        door?.heard(path);
      },
    });
    await new Promise<void>((resolve) => {
      transport.listen(0, "127.0.0.1", undefined, () => resolve());
    });
  });
  afterAll(() => transport.shutdown());

  const knockAt = (address: string) => {
    door = new PublicDoor(address, systemClock);
    return door.knock();
  };

  it("is heard where that leads here", async () => {
    expect(await knockAt(`127.0.0.1:${transport.port}/p/1`)).toBe("here");
    expect(heard.at(-1)).toMatch(/^\/p\/1\/knock\/[0-9a-f-]{36}$/);
  });

  it("is not, where another process takes it", async () => {
    const http = createServer();
    new WebSocketServer({ server: http });
    expect(await knockAt(await addressOf(http))).toBe("elsewhere");
  });

  it("is not, where the proxy knows no such process", async () => {
    const address = await proxyThatSays(404, "application/json; charset=utf-8");
    expect(await knockAt(address)).toBe("elsewhere");
  });

  it.each<[string, () => Promise<string>]>([
    ["nobody listens", async () => "127.0.0.1:1"],
    ["there is no such host", async () => "nowhere.invalid/p/1"],
    ["the proxy has too much to do", () => proxyThatSays(429, "application/json")],
    ["nobody is there behind it", () => proxyThatSays(502, "application/json")],
    ["something else answers", () => proxyThatSays(404, "text/html")],
  ])("says nothing where %s", async (_what, address) => {
    expect(await knockAt(await address())).toBe("unknown");
  });
});
