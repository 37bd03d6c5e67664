import { createEndpoint, createRouter } from "@colyseus/core";
import { describe, expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import { failureResponse } from "./errors.ts";
import { createHttpHandler } from "./handler.ts";
import type { HealthOptions } from "./health.ts";
import { healthEndpoints } from "./health.ts";
import { StaticFiles } from "./staticFiles.ts";

const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

const log = createLogger("silent");
const health: HealthOptions = {
  tables: { configs: [], hosts: new Map() },
  stopping: () => false,
  outOfReach: () => false,
  databaseAnswers: () => Promise.resolve(false),
  redisState: () => "unused",
};
const endpoints = {
  ...healthEndpoints(health),
  login: createEndpoint("/admin/api/login", { method: "POST" }, () => Promise.reject(refused)),
  broken: createEndpoint("/api/broken", { method: "GET" }, () => Promise.reject(new Error("boom"))),
};
const router = createRouter(endpoints, { onError: (error) => failureResponse(error, log) });

const handle = createHttpHandler({
  log,
  clock: systemClock,
  files: new StaticFiles(import.meta.dirname),
  publicAddress: null,
  gate: () => Promise.resolve(null),
});

async function ask(method: string, path: string) {
  const request = new Request(`http://house.test${path}`, { method });
  const response = await handle(router as never, request);
  return { status: response.status, body: JSON.parse(await response.text()) };
}

describe("while the database is away", () => {
  it("the house is alive, and says which of its checks failed", async () => {
    expect(await ask("GET", "/health")).toEqual({ status: 200, body: { status: "ok" } });
    const checks = { database: "failed", redis: "unused", tables: "failed" };
    expect(await ask("GET", "/ready")).toEqual({
      status: 503,
      body: { status: "not ready", checks },
    });
  });

  it("what cannot be written down is not available, and no bug", async () => {
    const { status, body } = await ask("POST", "/admin/api/login");
    expect([status, body.error.code]).toEqual([503, "UNAVAILABLE"]);
  });
});

it("a process that nobody reaches is not ready, and says why", async () => {
  const databaseAnswers = () => Promise.resolve(true);
  const well: HealthOptions = { ...health, databaseAnswers, redisState: () => "ok" };
  const readiness = async (outOfReach: boolean) => {
    const all = healthEndpoints({ ...well, outOfReach: () => outOfReach });
    const response = await handle(createRouter(all), new Request("http://house.test/ready"));
    return [response.status, await response.json()];
  };
  const checks = { database: "ok", redis: "ok", tables: "ok" };
  expect(await readiness(false)).toEqual([200, { status: "ready", checks }]);
  const reason = expect.stringMatching(/does its PUBLIC_ADDRESS lead here\?$/);
  expect(await readiness(true)).toEqual([503, { status: "not ready", checks, reason }]);
});

it("a bug is told without its insides", async () => {
  const { status, body } = await ask("GET", "/api/broken");
  expect([status, body.error.code]).toEqual([500, "INTERNAL"]);
  expect(JSON.stringify(body)).not.toContain("boom");
});
