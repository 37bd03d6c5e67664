/** Every endpoint of the house in one router; Colyseus adds its matchmaking to it. */

import type { Endpoint, Router } from "@colyseus/core";
import { createEndpoint, createRouter } from "@colyseus/core";
import { monitor } from "@colyseus/monitor";
import { chatBanEndpoints } from "../admin/chatBans.ts";
import { adminEndpoints } from "../admin/endpoints.ts";
import type { GateOptions } from "../admin/gate.ts";
import type { Logger } from "../platform/log.ts";
import { errorResponse } from "../transport/edge.ts";
import type { ApiOptions } from "./api.ts";
import { apiEndpoints } from "./api.ts";
import { authEndpoints } from "./auth.ts";
import { failureResponse } from "./errors.ts";
import type { HealthOptions } from "./health.ts";
import { healthEndpoints } from "./health.ts";
import type { ChatBanBook } from "./ports.ts";
import type { StaticFiles } from "./staticFiles.ts";

export interface RouterOptions extends ApiOptions, HealthOptions {
  readonly log: Logger;
  readonly gate: GateOptions;
  readonly chatBans: ChatBanBook;
  readonly files: StaticFiles;
}

export function createHouseRouter(options: RouterOptions): Router {
  const { log, gate, chatBans, files } = options;
  const endpoints: Record<string, Endpoint> = {
    ...healthEndpoints(options),
    ...apiEndpoints(options),
    ...authEndpoints(options),
    ...adminEndpoints(gate),
    ...chatBanEndpoints({ ...gate, chatBans }),
    ...monitor({ prefix: "/monitor" }),
    // Without it Colyseus would answer the root with its version.
    root: createEndpoint("/", { method: "GET" }, async ({ request }) => {
      const accepted = request?.headers.get("accept-encoding") ?? "";
      return (
        files.serve("/", accepted) ?? errorResponse(404, "NOT_FOUND", "There is nothing here.")
      );
    }) as unknown as Endpoint,
  };
  return createRouter(endpoints, {
    onError: (error) => {
      if (error instanceof Error && error.name === "APIError") return undefined;
      return failureResponse(error, log);
    },
  });
}
