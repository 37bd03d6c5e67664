/** Starts the configured tables, all at once, and tells what happens to them to log and metrics. */
import type { TableConfig } from "@croupier/shared/core/types";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { Metrics } from "../platform/metrics.ts";
import { uniform } from "../platform/uniform.ts";
import { startTable } from "./host.ts";
import type { TableObserver } from "./observer.ts";
import type { TableStore } from "./store.ts";
import type { TableHost } from "./tableHost.ts";

export interface OpenTablesOptions {
  readonly tables: readonly TableConfig[];
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** The running tables by id, in the order of the configuration. */
export async function openTables({
  tables,
  ...options
}: OpenTablesOptions): Promise<ReadonlyMap<string, TableHost>> {
  const observer = observerOf(options);
  const { store, clock } = options;
  const started = await Promise.all(
    tables.map((config) => startTable({ config, store, clock, random: uniform, observer })),
  );
  return new Map(started.map((host) => [host.config.tableId, host]));
}

function observerOf({ log, metrics }: Pick<OpenTablesOptions, "log" | "metrics">): TableObserver {
  return {
    turned: (tableId, stage, lateMs) => metrics.turned(tableId, stage, lateMs),
    unavailable: (tableId, what, pauseMs) => {
      metrics.bankUnavailable(tableId, what);
      log.warn({ tableId, what, pauseMs }, "the bank does not answer; asking again");
    },
    froze: (tableId, error) => {
      metrics.alarm("table");
      log.error({ err: error, tableId }, "a table froze and starts again");
    },
  };
}
