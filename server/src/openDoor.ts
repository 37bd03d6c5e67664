/** The ports that the process listens on: its door, and the one for metrics. */
import type { Router } from "@colyseus/core";
import { matchMaker, Server } from "@colyseus/core";
import type { Cluster } from "./cluster/cluster.ts";
import type { Config } from "./config/config.ts";
import { ConfigError } from "./config/configError.ts";
import { trustWarning } from "./config/trustProxy.ts";
import type { ContextOptions } from "./contextOptions.ts";
import type { createHttpHandler } from "./http/handler.ts";
import type { Closers } from "./platform/closers.ts";
import { colyseusLog } from "./platform/log.ts";
import type { Metrics } from "./platform/metrics.ts";
import { serveMetrics } from "./platform/metrics.ts";
import type { House } from "./rooms/house.ts";
import { openRooms } from "./rooms/openRooms.ts";
import { createTransport } from "./transport/createTransport.ts";
import { UnderWay } from "./transport/underWay.ts";

interface Door {
  readonly options: ContextOptions;
  readonly house: House;
  readonly cluster: Cluster | null;
  readonly router: Router;
  readonly handle: ReturnType<typeof createHttpHandler>;
  readonly stopping: () => boolean;
  /** Whether another process would take who is sent off, and this one knows the way to its rooms. */
  readonly leadsOn: () => boolean;
  /** A socket came. `path`: as it was asked for. */
  readonly heard: (path: string) => void;
}

/** Rooms behind the transport, and then the port. */
export async function openDoor(
  { options, house, cluster, router, handle, stopping, leadsOn, heard }: Door,
  closers: Closers,
): Promise<number> {
  const { config, log } = options;
  const { trustProxy, publicAddress } = config;
  const warning = trustWarning(config);
  if (warning !== null) log.warn(warning);
  const requests = new UnderWay(options.clock);
  const edge = { trustProxy, log, heard, handle: requests.counted(handle) };
  const transport = await createTransport(config.transport, edge);
  closers.add("transport", async (until) => {
    transport.stopListening();
    await requests.over(until);
    transport.shutdown();
  });
  const server = new Server({
    transport,
    logger: colyseusLog(log),
    gracefullyShutdown: false,
    greet: false,
    // The lease has chosen the process already.
    selectProcessIdToCreateRoom: async () => matchMaker.processId,
    ...(cluster === null ? {} : { presence: cluster.presence, driver: cluster.driver }),
    ...(publicAddress === null ? {} : { publicAddress }),
  });
  server.router = router;
  const sendEveryoneOff = await openRooms(server, house, stopping);
  closers.add("rooms", () => matchMaker.gracefullyShutdown());
  closers.add("moves", (until) => (leadsOn() ? sendEveryoneOff(until) : null));
  try {
    await server.listen(config.port, config.listenAddress ?? undefined);
  } catch (error) {
    throw portError("PORT", config.port, error);
  }
  return transport.port;
}

/** For Prometheus, on a port of its own; 0: nowhere. */
export async function openMetrics(
  metrics: Metrics,
  { metricsPort, listenAddress }: Pick<Config, "metricsPort" | "listenAddress">,
  closers: Closers,
): Promise<void> {
  if (metricsPort === 0) return;
  const at = { port: metricsPort, host: listenAddress ?? undefined };
  const server = await serveMetrics(metrics, at).catch((error: unknown) => {
    throw portError("METRICS_PORT", metricsPort, error);
  });
  closers.add("metrics", () => {
    server.close();
    server.closeAllConnections();
  });
}

function portError(name: string, port: number, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return new ConfigError(`${name} is ${port}, but that port is in use; it takes a free one.`);
  }
  if (code === "EACCES") {
    return new ConfigError(
      `${name} is ${port}, but this user may not open it; it takes one from 1024 on.`,
    );
  }
  if (code === "EADDRNOTAVAIL") {
    return new ConfigError(
      "LISTEN_ADDRESS is no address of this machine; unset, it listens on all.",
    );
  }
  return error;
}
