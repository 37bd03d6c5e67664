/** The health check of the server's container, as the engine and `docker/roll.sh` ask it. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { repository, runNode } from "../src/testing/processes.ts";

const HEALTH = join(repository, "docker/server/health.ts");

let answer = { status: 200, redis: "ok" };
const server = createServer((_, response) => {
  response.writeHead(answer.status, { "content-type": "application/json" });
  response.end(JSON.stringify({ status: "a test", checks: { redis: answer.redis } }));
});
beforeEach(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
});
afterEach(async () => {
  await once(server.close(), "close");
});

const health = (...args: readonly string[]) => {
  const { port } = server.address() as AddressInfo;
  return runNode({ args: [HEALTH, ...args], env: { PORT: String(port) } });
};

it.each([
  [{ status: 200, redis: "ok" }, ["/ready", "redis"], 0, ""],
  [{ status: 200, redis: "away" }, ["/ready"], 0, ""],
  [{ status: 200, redis: "away" }, ["/ready", "redis"], 1, "redis is away\n"],
  [{ status: 503, redis: "ok" }, ["/ready", "redis"], 1, "answered 503\n"],
  [{ status: 503, redis: "ok" }, [], 1, "answered 503\n"],
])("of %j says with %j: %i %s", async (state, args, ...[code, said]) => {
  answer = state;
  const exit = await health(...args);
  expect({ code: exit.code, said: exit.stderr }).toEqual({ code, said });
});
