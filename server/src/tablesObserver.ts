/** What tables tell, for the log and the metrics. */
import { inOneLine } from "./db/errors.ts";
import type { Logger } from "./platform/log.ts";
import type { Metrics } from "./platform/metrics.ts";
import type { TablesObserver } from "./tables/observer.ts";
import { BankUnavailableError, OutcomeUnknownError } from "./tables/store.ts";

export function tablesObserver(log: Logger, metrics: Metrics): TablesObserver {
  return {
    turned: (tableId, stage, lateMs) => metrics.turned(tableId, stage, lateMs),
    unavailable: (tableId, what, pauseMs) => {
      metrics.bankUnavailable(tableId, what);
      log.warn({ tableId, what, pauseMs }, "the bank does not answer; asking again");
    },
    froze: (tableId, error) => {
      if (error instanceof OutcomeUnknownError) {
        // The bank's failure, and none of ours: the table goes on by what the bank holds.
        metrics.bankUnavailable(tableId, "post");
        log.warn({ tableId, reason: inOneLine(error) }, "the table starts again from the bank");
        return;
      }
      metrics.alarm("table");
      log.error({ err: error, tableId }, "a table froze and starts again");
    },
    leased: (tableId, epoch) => {
      metrics.leased(tableId);
      log.info({ tableId, epoch }, "running a table");
    },
    unleased: (tableId, epoch) => {
      metrics.unleased(tableId);
      log.warn({ tableId, epoch }, "another process runs the table now");
    },
    handedOver: (tableId, epoch) => {
      metrics.unleased(tableId);
      log.info({ tableId, epoch }, "handed a table over");
    },
    noBeat: (error) => {
      if (error instanceof BankUnavailableError) {
        log.warn({ reason: inOneLine(error) }, "the leases could not be renewed");
        return;
      }
      metrics.alarm("leases");
      log.error({ err: error }, "a bug in the leases");
    },
  };
}
