/** The configuration, read once at the start: the only reader of the environment. */
import { resolve } from "node:path";
import type { TableConfig } from "@croupier/shared/core/types";
import { z } from "zod";
import type { Environment } from "./environment.ts";
import { flag, oneOf, read, time, url, wholeNumber } from "./environment.ts";
import { MOST_CHIPS } from "./limits.ts";
import { readTables } from "./tables.ts";
import type { TrustProxy } from "./trustProxy.ts";
import { TRUST_PROXY } from "./trustProxy.ts";

export const TRANSPORTS = ["auto", "uws", "ws"] as const;
export type TransportChoice = (typeof TRANSPORTS)[number];

/** Everything but the secrets (see `secrets.ts`), so that it can be logged. */
export interface Config {
  /** 0: any free port. */
  readonly port: number;
  /** Of this machine: the only one that is listened on; null: all. */
  readonly listenAddress: string | null;
  readonly databaseUrl: string | null;
  /** A database that may forget in a crash what it has answered is taken as well. */
  readonly unsafeDatabase: boolean;
  /** Epoch milliseconds: what the database has up to then was written while the clock was ahead. */
  readonly clockWasAhead: number | null;
  readonly redisUrl: string | null;
  /** An absolute path. */
  readonly dataDir: string;
  readonly transport: TransportChoice;
  readonly tables: readonly TableConfig[];
  /** Rounds that one chain of a table's seeds serves. */
  readonly seedChainLength: number;
  readonly startingChips: number;
  readonly dailyChips: number;
  readonly publicAddress: string | null;
  /** 0: no metrics port. */
  readonly metricsPort: number;
  readonly trustProxy: TrustProxy;
  readonly logLevel: string;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

const REDIS = url("REDIS_URL", ["redis:", "rediss:"]);
const REDIS_URL = {
  ...REDIS,
  takes: `${REDIS.takes}, with the number of a database as its path, if any`,
  schema: REDIS.schema.refine((text) => /^(\/\d{0,4})?$/.test(URL.parse(text)?.pathname ?? "")),
};

const PUBLIC_ADDRESS = {
  name: "PUBLIC_ADDRESS",
  takes: "a host with an optional port and path, without a protocol, such as play.example.org/one",
  schema: z.string().max(200).refine(isAddress),
};

/** Whether `ws://` before it makes the address of something, with nothing that is read otherwise. */
function isAddress(text: string): boolean {
  const slash = text.indexOf("/");
  const host = (slash === -1 ? text : text.slice(0, slash)).toLowerCase();
  const path = slash === -1 ? "" : text.slice(slash);
  const url = URL.parse(`ws://${text}`);
  if (url === null || !/[0-9a-z\]]$/.test(url.hostname)) return false;
  // The port that is the protocol's own is left out of what was read.
  const read = [url.host, `${url.hostname}:80`];
  return read.includes(host) && /^(\/[0-9A-Za-z._~-]+)*\/?$/.test(path);
}

/** As FAIRNESS has it where nobody says otherwise. */
const MOST_SEEDS = 1_048_576;
/** The next chain is made 2,000 rounds before the last one ends. */
const FEWEST_SEEDS = 4_096;
const SEED_CHAIN_LENGTH = wholeNumber("SEED_CHAIN_LENGTH", FEWEST_SEEDS, MOST_SEEDS);

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
    unsafeDatabase: read(environment, flag("UNSAFE_DATABASE"), false),
    clockWasAhead: read(environment, time("CLOCK_WAS_AHEAD"), null),
    redisUrl: read(environment, REDIS_URL, null),
    dataDir: resolve(environment["DATA_DIR"] || ".croupier"),
    transport: read(environment, oneOf("TRANSPORT", TRANSPORTS), "auto"),
    tables: readTables(environment["TABLES"]),
    seedChainLength: read(environment, SEED_CHAIN_LENGTH, MOST_SEEDS),
    startingChips: number("STARTING_CHIPS", 10_000, MOST_CHIPS),
    dailyChips: number("DAILY_CHIPS", 1_000, MOST_CHIPS),
    publicAddress: read(environment, PUBLIC_ADDRESS, null),
    metricsPort: number("METRICS_PORT", 0, 65_535),
    trustProxy: read(environment, TRUST_PROXY, false),
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
