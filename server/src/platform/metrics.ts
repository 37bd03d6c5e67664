/** Numbers for Prometheus, on a port of their own. Never a seed, never a player's name. */
import type { Server } from "node:http";
import { createServer } from "node:http";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

export interface Metrics {
  /** A bug showed in `part`. */
  alarm(part: string): void;
  /** A table's stage turned `lateMs` after its time. */
  turned(tableId: string, stage: string, lateMs: number): void;
  /** The bank did not answer a table's `what`. */
  bankUnavailable(tableId: string, what: string): void;
  /** This process took a table, or lost it to another one. */
  leased(tableId: string): void;
  unleased(tableId: string): void;
  /** Everything, as Prometheus reads it. */
  text(): Promise<string>;
}

const LATE_MS = [1, 2, 5, 10, 25, 50, 100, 250, 1_000];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const alarms = new Counter({
    name: "croupier_alarms_total",
    help: "Bugs that showed: somebody has to look.",
    labelNames: ["part"],
    registers,
  });
  const late = new Histogram({
    name: "croupier_turn_late_milliseconds",
    help: "How long after its time a table's stage turned.",
    labelNames: ["table", "stage"],
    buckets: LATE_MS,
    registers,
  });
  const unavailable = new Counter({
    name: "croupier_bank_unavailable_total",
    help: "Times that the bank did not answer a table.",
    labelNames: ["table", "what"],
    registers,
  });
  const taken = new Counter({
    name: "croupier_leases_taken_total",
    help: "Times that this process began to run a table.",
    labelNames: ["table"],
    registers,
  });
  const lost = new Counter({
    name: "croupier_leases_lost_total",
    help: "Times that another process took a table from this one.",
    labelNames: ["table"],
    registers,
  });
  return {
    alarm: (part) => alarms.inc({ part }),
    turned: (table, stage, lateMs) => late.observe({ table, stage }, lateMs),
    bankUnavailable: (table, what) => unavailable.inc({ table, what }),
    leased: (table) => taken.inc({ table }),
    unleased: (table) => lost.inc({ table }),
    text: () => registry.metrics(),
  };
}

/** Serves `GET /metrics`; rejects where the port cannot be had. */
export async function serveMetrics(
  metrics: Metrics,
  at: { readonly port: number; readonly host?: string | undefined },
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(at, resolve);
  await promise;
  return server;
}
