/** The configuration, read once at the start: the only reader of the environment. */
import { resolve } from "node:path";
import type { TableConfig } from "@croupier/shared/core/types";
import { z } from "zod";
import type { Environment } from "./environment.ts";
import { flag, oneOf, read, url, wholeNumber } from "./environment.ts";
import { MOST_CHIPS } from "./limits.ts";
import { readTables } from "./tables.ts";

export const TRANSPORTS = ["auto", "uws", "ws"] as const;
export type TransportChoice = (typeof TRANSPORTS)[number];

/** Everything but the secrets (see `secrets.ts`), so that it can be logged. */
export interface Config {
  /** 0: any free port. */
  readonly port: number;
  /** Of this machine: the only one that is listened on; null: all. */
  readonly listenAddress: string | null;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  /** An absolute path. */
  readonly dataDir: string;
  readonly transport: TransportChoice;
  readonly tables: readonly TableConfig[];
  readonly startingChips: number;
  readonly dailyChips: number;
  readonly publicAddress: string | null;
  /** 0: no metrics port. */
  readonly metricsPort: number;
  readonly trustProxy: boolean;
  readonly logLevel: string;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

const PUBLIC_ADDRESS = {
  name: "PUBLIC_ADDRESS",
  takes: "a host with an optional port and path, without a protocol, such as play.example.org/one",
  schema: z
    .string()
    .max(200)
    .regex(/^[0-9A-Za-z.[\]:_-]+(\/[0-9A-Za-z._~/-]*)?$/),
};

const LISTEN_ADDRESS = {
  name: "LISTEN_ADDRESS",
  takes: "an IP address of this machine, such as 127.0.0.1",
  schema: z.union([z.ipv4(), z.ipv6()]),
};

/** Throws `ConfigError`, whose message is one line for the operator. */
export function readConfig(environment: Environment): Config {
  const number = (name: string, fallback: number, most: number) =>
    read(environment, wholeNumber(name, 0, most), fallback);
  return {
    port: number("PORT", 2567, 65_535),
    listenAddress: read(environment, LISTEN_ADDRESS, null),
    databaseUrl: read(environment, url("DATABASE_URL", ["postgres:", "postgresql:"]), null),
    redisUrl: read(environment, url("REDIS_URL", ["redis:", "rediss:"]), null),
    dataDir: resolve(environment["DATA_DIR"] || ".croupier"),
    transport: read(environment, oneOf("TRANSPORT", TRANSPORTS), "auto"),
    tables: readTables(environment["TABLES"]),
    startingChips: number("STARTING_CHIPS", 10_000, MOST_CHIPS),
    dailyChips: number("DAILY_CHIPS", 1_000, MOST_CHIPS),
    publicAddress: read(environment, PUBLIC_ADDRESS, null),
    metricsPort: number("METRICS_PORT", 0, 65_535),
    trustProxy: read(environment, flag("TRUST_PROXY"), false),
    logLevel: read(environment, oneOf("LOG_LEVEL", LOG_LEVELS), "info"),
  };
}

/** The configuration as it may be shown: addresses may hold passwords. */
export function loggable(config: Config): object {
  const { databaseUrl, redisUrl, tables, ...rest } = config;
  return {
    ...rest,
    databaseUrl: databaseUrl === null ? "embedded" : "given",
    redisUrl: redisUrl === null ? null : "given",
    tables: tables.map(({ tableId }) => tableId),
  };
}
