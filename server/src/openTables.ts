/** The tables of the house: on the database, among the other processes, and those that were closed. */
import type { TableConfig } from "@croupier/shared/core/types";
import { markOf } from "./config/secrets.ts";
import type { ContextOptions } from "./contextOptions.ts";
import type { Database } from "./database.ts";
import { isForOperator } from "./operatorError.ts";
import type { Closers } from "./platform/closers.ts";
import type { Metrics } from "./platform/metrics.ts";
import { uniform } from "./platform/uniform.ts";
import { closedTables } from "./rounds/closedTables.ts";
import { TableLeases } from "./rounds/tableLeases.ts";
import { createPostgresTableStores } from "./rounds/tableStore.ts";
import { claimPlace } from "./tables/claimPlace.ts";
import type { ClosingOptions } from "./tables/closing.ts";
import { Closing } from "./tables/closing.ts";
import { Tables } from "./tables/tables.ts";
import { tablesObserver } from "./tablesObserver.ts";

const DRAIN_GRACE_MS = 5_000;
/** Of the 10 s behind a round in which a process ends; the last two are for a machine that is busy. */
const STOP_GRACE_MS = 8_000;

interface TableParts extends ContextOptions {
  readonly metrics: Metrics;
}

/** The tables that this process may run; they stop, and give their leases up, with the house. */
export async function openTables(
  { config, secrets, clock, log, metrics }: TableParts,
  { pool, pipelined }: Database,
  closers: Closers,
): Promise<Tables> {
  const { seedKey } = secrets;
  const { publicAddress, seedChainLength: chainLength } = config;
  const stores = createPostgresTableStores({ pool, pipelined, seedKey, chainLength, clock, log });
  const lookNow = () => tables.lookNow();
  const changes = { disconnected: lookNow, released: lookNow };
  const replaced = () => metrics.alarm("public address");
  const self = { publicAddress, secretsMark: markOf(secrets) };
  const leases = new TableLeases({ pool: pipelined, log, replaced, ...self, ...changes });
  const observer = tablesObserver(log, metrics);
  const { tables: configs } = config;
  const tableIds = configs.map(({ tableId }) => tableId);
  const parts = { configs, leases, stores, clock, random: uniform, observer };
  // Without Redis nobody finds a table elsewhere: another process stands by, and takes all or none.
  const among = { ...parts, census: leases, startsAside: publicAddress !== null };
  const tables = new Tables(config.redisUrl === null ? parts : among);
  closers.add("leases", () => leases.leave());
  await claimPlace(leases, publicAddress, clock);
  closers.add("tables", () => tables.stop());
  const broken = whyClosed(await tables.open(), configs.length);
  if (broken !== null) throw broken;
  closeTables({ ...parts, find: () => closedTables(pool, tableIds), log, metrics }, closers);
  return tables;
}

/**
 * What keeps the house closed, of all that keeps one of its `count` tables from running: what an
 * operator can put right, and what is wrong with all of them. One broken table is an alarm, and the
 * others are played at.
 */
export function whyClosed(failures: readonly unknown[], count: number): unknown {
  return failures.find(isForOperator) ?? (failures.length < count ? null : failures[0]);
}

type ClosingParts = Pick<ClosingOptions, "find" | "leases" | "stores" | "clock"> &
  Pick<TableParts, "log" | "metrics"> & { readonly configs: readonly TableConfig[] };

/** Finishes what runs at tables that nobody has any more. */
function closeTables({ configs, log, metrics, ...parts }: ClosingParts, closers: Closers): void {
  const [model] = configs;
  if (model === undefined) return;
  const closing = new Closing({
    ...parts,
    model,
    finished: ({ tableId, round }) =>
      log.warn({ tableId, round }, "finished the last round of a closed table"),
    failed: (tableId, error) => {
      metrics.alarm("closing");
      log.error({ err: error, tableId }, "the last round of a closed table cannot be finished");
    },
  });
  closers.add("closed tables", () => closing.stop());
  closing.start();
}

/** The longest that a round may last yet, and some seconds for what is in flight. */
export const drainMs = (tables: readonly TableConfig[]): number =>
  longestRoundMs(tables) + DRAIN_GRACE_MS;

/** The longest that all of a stop may take, whatever hangs. */
export const stopMs = (tables: readonly TableConfig[]): number =>
  longestRoundMs(tables) + STOP_GRACE_MS;

function longestRoundMs(tables: readonly TableConfig[]): number {
  const rounds = tables.map(
    ({ bettingMs, closingMs, spinningMs, resultMs }) =>
      bettingMs + closingMs + spinningMs + resultMs,
  );
  return Math.max(0, ...rounds);
}
