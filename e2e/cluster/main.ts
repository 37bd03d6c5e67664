/**
 * `npm run cluster`: Postgres, Redis, several server processes and the proxy before them, on this
 * machine and for as long as this runs. What players have is kept for the next time.
 */
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { UsageError } from "../src/flags.ts";
import type { Cluster } from "./cluster.ts";
import { startCluster } from "./cluster.ts";
import { readFlags, USAGE } from "./options.ts";

/** Bots and browsers of one machine come from one address. */
const EDGE = {
  EDGE_CONNECTIONS_PER_ADDRESS: "10000",
  EDGE_REQUESTS_PER_SECOND: "5000",
  EDGE_REQUESTS_BURST: "10000",
};
const BACK_MS = 3_000;

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => stopping.abort());
}

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags === null) console.log(USAGE);
  else await run(flags);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function run({ processes, port, killEveryMs }: NonNullable<ReturnType<typeof readFlags>>) {
  const folder = resolve(process.env["DATA_DIR"] || ".croupier", "cluster");
  console.log(`Starting Postgres, Redis, ${processes} processes and Nginx …`);
  await using cluster = await startCluster({ folder, processes, port, edge: EDGE });
  console.log(
    `Croupier is open: http://localhost:${port}  (${processes} processes; Ctrl-C ends it)`,
  );
  await (killEveryMs === null ? until(stopping.signal) : killing(cluster, killEveryMs));
  console.log("Closing: the rounds in progress go on at the next start.");
}

function until(signal: AbortSignal): Promise<unknown> {
  // A timer keeps this process alive; it ends with the signal.
  return wait(2 ** 31 - 1, null, { signal }).catch(() => undefined);
}

/** One process after the other, each started again after some seconds. */
async function killing({ processes }: Cluster, everyMs: number): Promise<void> {
  const { signal } = stopping;
  for (let turn = 0; !signal.aborted; turn += 1) {
    await wait(everyMs, null, { signal }).catch(() => undefined);
    const victim = processes[turn % processes.length];
    if (signal.aborted || victim === undefined) return;
    await victim.kill();
    console.log(`${time()} killed process ${victim.slot}`);
    await wait(Math.min(BACK_MS, everyMs / 2), null, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await victim.start();
    console.log(`${time()} process ${victim.slot} is back`);
  }
}

function time(): string {
  return new Date().toISOString().slice(11, 19);
}
