import { once } from "node:events";
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { addressFor, botFetch, canSpread } from "./network.ts";

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A server at `host`; answers its port. */
async function serve(listener: RequestListener, host = "0.0.0.0"): Promise<number> {
  const server = createServer(listener);
  server.listen(0, host);
  await once(server, "listening");
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers with what was asked. */
const echo: RequestListener = async (request: IncomingMessage, response) => {
  const { method, url, headers, socket } = request;
  const body = await text(request);
  response.writeHead(201, { "content-type": "application/json", "x-told": "yes" });
  response.end(
    JSON.stringify({ method, url, given: headers["x-given"], body, from: socket.remoteAddress }),
  );
};

describe("a bot's request", () => {
  it("arrives whole, and its answer as well", async () => {
    const port = await serve(echo);
    const response = await botFetch(`http://127.0.0.1:${port}/auth/anonymous?x=1`, {
      method: "POST",
      headers: { "x-given": "hello" },
      body: '{"name":"Ada ♠"}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-told")).toBe("yes");
    expect(await response.json()).toMatchObject({
      method: "POST",
      url: "/auth/anonymous?x=1",
      given: "hello",
      body: '{"name":"Ada ♠"}',
    });
  });

  it("comes from the bot's own address", async () => {
    const port = await serve(echo);
    const froms = [1, 300].map(async (index) => {
      const response = await botFetch(addressFor(`http://127.0.0.1:${port}`, index));
      return ((await response.json()) as { from: string }).from;
    });
    expect(await Promise.all(froms)).toEqual(["127.1.0.1", "127.1.1.44"]);
  });

  it.each([204, 304])("may have no content: %s", async (status) => {
    const port = await serve((_request, response) => response.writeHead(status).end());
    const response = await botFetch(`http://127.0.0.1:${port}/`);
    expect([response.status, await response.text()]).toEqual([status, ""]);
  });

  it("fails where nobody is", async () => {
    const port = await serve(echo);
    await endings.pop()?.();
    await expect(botFetch(`http://127.0.0.1:${port}/`)).rejects.toThrow(/ECONNREFUSED/);
  });

  it("fails where the answer is cut off, and is never half an answer", async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"half":', () => response.destroy());
    });
    await expect(botFetch(`http://127.0.0.1:${port}/`)).rejects.toThrow(/aborted|ECONNRESET/);
  });
});

describe("bots have addresses of their own", () => {
  const healthy: RequestListener = (request, response) =>
    response.writeHead(request.url === "/health" ? 200 : 404).end();

  it("where the server answers at each of this machine's", async () => {
    expect(await canSpread(`http://127.0.0.1:${await serve(healthy)}`)).toBe(true);
    expect(await canSpread(`http://localhost:${await serve(healthy)}/`)).toBe(true);
  });

  it("but not where it answers at one alone, or is not well", async () => {
    expect(await canSpread(`http://127.0.0.1:${await serve(healthy, "127.0.0.1")}`)).toBe(false);
    const ill = await serve((_request, response) => response.writeHead(503).end());
    expect(await canSpread(`http://127.0.0.1:${ill}`)).toBe(false);
  });
});
