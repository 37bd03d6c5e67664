/**
 * Whether the process lives, and whether it can take players. A process whose Redis is away can: its
 * tables run, and to take all processes out at once because of it would close the house.
 */
import type { Endpoint } from "@colyseus/core";
import { createEndpoint } from "@colyseus/core";
import { phaseOf } from "@croupier/shared/core/table/state";
import type { HouseTables } from "../tables/tables.ts";

type Check = "ok" | "failed" | "away" | "unused";

export interface HealthOptions {
  readonly tables: Pick<HouseTables, "configs" | "hosts">;
  /** True while the process drains. */
  readonly stopping: () => boolean;
  /** True while players do not reach this process. */
  readonly outOfReach: () => boolean;
  /** Whether the database answers, soon. */
  readonly databaseAnswers: () => Promise<boolean>;
  readonly redisState: () => "ok" | "away" | "unused";
}

const OUT_OF_REACH =
  "Players do not reach this process, so others have its tables: does its PUBLIC_ADDRESS lead here?";

export function healthEndpoints(options: HealthOptions): Record<string, Endpoint> {
  return {
    health: createEndpoint("/health", { method: "GET" }, async () =>
      Response.json({ status: "ok" }),
    ) as unknown as Endpoint,
    ready: createEndpoint("/ready", { method: "GET" }, async () =>
      readiness(options),
    ) as unknown as Endpoint,
  };
}

async function readiness(options: HealthOptions): Promise<Response> {
  const { tables, stopping, outOfReach, databaseAnswers, redisState } = options;
  const { hosts } = tables;
  const paused = [...hosts.values()].some(({ state }) => phaseOf(state) === "paused");
  const checks: Record<"database" | "redis" | "tables", Check> = {
    database: (await databaseAnswers()) ? "ok" : "failed",
    redis: redisState(),
    // Among several processes one may have no table, and find every other one's.
    tables: (hosts.size > 0 || redisState() !== "unused") && !paused ? "ok" : "failed",
  };
  const reason = outOfReach() ? OUT_OF_REACH : undefined;
  const fails = reason !== undefined || Object.values(checks).includes("failed");
  const ready = !stopping() && !fails;
  const status = stopping() ? "stopping" : ready ? "ready" : "not ready";
  return Response.json({ status, checks, reason }, { status: ready ? 200 : 503 });
}
