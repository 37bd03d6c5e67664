/**
 * A whole cluster on this machine: Postgres, Redis, server processes, and the proxy before them.
 *
 * Every process has a slot: a number that stays, with its port and its public address. What ends one
 * process, or all of them, leaves the others and the data alone.
 */
import { join } from "node:path";
import { freePort } from "../src/testing/ports.ts";
import { repository } from "../src/testing/processes.ts";
import type { NginxServer, ProcessList } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import { PostgresServer } from "./postgresServer.ts";
import type { RedisServer } from "./redisServer.ts";
import { startRedis } from "./redisServer.ts";
import { ClusterProcess } from "./serverProcess.ts";
import type { Service } from "./service.ts";
import { ensureProgram } from "./systemPackages.ts";

export interface ClusterOptions {
  /** Kept: the next cluster on it goes on with the same chips. */
  readonly folder: string;
  readonly processes: number;
  /** A database that runs already; an embedded one in `folder` where there is none. */
  readonly databaseUrl?: string;
  /** For the processes; a Redis of the cluster's own where there is none. */
  readonly redisUrl?: string;
  /** Of the entry; any free one where it is not given. */
  readonly port?: number;
  /** Changes to the settings of the proxy. */
  readonly edge?: Readonly<Record<string, string>>;
  /** For every process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Cluster {
  /** The one public address. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly redis: RedisServer;
  readonly door: NginxServer;
  /** These two, and Postgres where it is the cluster's own. */
  readonly services: readonly Service[];
  /** By slot: the first is slot 1. */
  readonly processes: readonly ClusterProcess[];
  /** Where the proxy finds them. */
  readonly addresses: ProcessList;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts everything; resolves once every process takes connections. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  // Whatever is missing is said before anything runs; one after the other, as packages are installed.
  const redisProgram = await ensureProgram("redis-server");
  const nginxProgram = await ensureProgram("nginx");
  const parts = new AsyncDisposableStack();
  try {
    const postgres = options.databaseUrl === undefined ? new PostgresServer(options.folder) : null;
    await postgres?.start();
    parts.use(postgres);
    const databaseUrl = options.databaseUrl ?? postgres?.url ?? "";
    const redis = parts.use(await startRedis(redisProgram, join(options.folder, "redis")));
    const port = options.port ?? (await freePort());
    const { redisUrl = redis.url, edge = {} } = options;
    const urls = { databaseUrl, redisUrl, entry: `localhost:${port}` };
    const processes = await newProcesses(options, urls);
    parts.defer(async () => {
      await Promise.all(processes.map((process) => process.drain()));
    });
    // The first one prepares the database, and makes what secrets there are not.
    const [first, ...others] = processes;
    await first?.start();
    await Promise.all(others.map((process) => process.start()));
    const addresses = addressesOf(processes);
    const door = parts.use(
      await startNginx({
        program: nginxProgram,
        folder: join(options.folder, "nginx"),
        clientDir: join(repository, "client", "dist"),
        processes: addresses,
        ports: { http: port },
        settings: edge,
      }),
    );
    const dispose = () => parts.disposeAsync();
    // Pages and sockets have to have one host: the one that is in the public addresses.
    const url = `http://${urls.entry}`;
    const services = [postgres, redis, door].filter((service) => service !== null);
    const parties = { redis, door, services, processes, addresses };
    return { url, databaseUrl, ...parties, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

function addressesOf(processes: readonly ClusterProcess[]): ProcessList {
  return new Map(processes.map(({ slot, port }) => [slot, `127.0.0.1:${port}`]));
}

async function newProcesses(
  { folder, processes, env }: ClusterOptions,
  { databaseUrl, redisUrl, entry }: Readonly<Record<"databaseUrl" | "redisUrl" | "entry", string>>,
): Promise<readonly ClusterProcess[]> {
  const ports = await Promise.all(Array.from({ length: processes }, freePort));
  return ports.map(
    (port, index) =>
      new ClusterProcess({
        slot: index + 1,
        port,
        env: {
          DATABASE_URL: databaseUrl,
          REDIS_URL: redisUrl,
          DATA_DIR: folder,
          PUBLIC_ADDRESS: `${entry}/p/${index + 1}`,
          // Whom they believe is the proxy, and nobody else gets to them.
          LISTEN_ADDRESS: "127.0.0.1",
          TRUST_PROXY: "true",
          ...env,
        },
      }),
  );
}
