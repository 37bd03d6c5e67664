/** A Redis that is too old, as far as it says itself. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { pino } from "pino";
import { afterEach, expect, it } from "vitest";
import { isForOperator } from "../operatorError.ts";
import { systemClock } from "../platform/clock.ts";
import { withoutTimers } from "../testing/manualClock.ts";
import type { OwnRedis } from "../testing/ownRedis.ts";
import { createOwnRedis } from "../testing/ownRedis.ts";
import { openCluster } from "./cluster.ts";
import { RedisUnfitError } from "./redisHealth.ts";

const SOON = { timeout: 25_000 };

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function own(options?: Parameters<typeof createOwnRedis>[0]): Promise<OwnRedis> {
  const redis = await createOwnRedis(options);
  endings.push(() => redis.close());
  return redis;
}

/** The address of `redis` through what gives its version as another one. */
async function saying(version: string, { url }: OwnRedis): Promise<string> {
  const said = `$7\r\nversion\r\n$${version.length}\r\n${version}\r\n`;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(new URL(url).port), "127.0.0.1");
    for (const socket of [client, server]) sockets.add(socket.on("error", () => undefined));
    client.pipe(server);
    server.on("data", (data) => {
      const text = data.toString("latin1");
      client.write(text.replace(/\$7\r\nversion\r\n\$\d+\r\n[^\r]+\r\n/, said), "latin1");
    });
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const through = new URL(url);
  through.port = String((proxy.address() as AddressInfo).port);
  return through.href;
}

const WITHOUT_HELLO = { settings: ["--rename-command", "HELLO", ""] };

it.each<[what: string, url: () => Promise<string>, version: string]>([
  ["it says its version", async () => saying("6.0.16", await own()), "6.0.16"],
  ["it has none to say", async () => (await own(WITHOUT_HELLO)).url, "of a version before 6"],
])("is refused at the start, in one line: %s", async (_what, url, version) => {
  const log = pino({ level: "silent" });
  // It waits for as long as Redis takes.
  const clock = withoutTimers(systemClock);
  const opening = openCluster({ url: await url(), house: async () => "a house", clock, log });
  const refusal = await opening.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RedisUnfitError);
  expect((refusal as Error).message).toBe(
    `REDIS_URL: this Redis is ${version}, and too old; it takes 6.2 or later.`,
  );
  expect(isForOperator(refusal)).toBe(true);
});

it("is as good as away where it comes later, which the log says once", async () => {
  const redis = await own({ running: false });
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const url = await saying("6.0.16", redis);
  const cluster = await openCluster({ url, house: async () => "a house", clock: systemClock, log });
  endings.push(() => cluster.close());
  await redis.start();
  const told = () => lines.filter((line) => line.includes("too old"));
  await expect.poll(told, SOON).toHaveLength(1);
  expect(told()[0]).toMatch(/"level":50,.*REDIS_URL.*is 6\.0\.16, and too old/);
  expect(cluster.state()).toBe("away");
  expect(await redis.run("KEYS", "*")).toEqual([]);
});
