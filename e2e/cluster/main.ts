/**
 * `npm run cluster`: Postgres, Redis, several server processes and the proxy before them, on this
 * machine and for as long as this runs. What players have is kept for the next time.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { UsageError } from "../src/flags.ts";
import { OperatorError } from "../src/operatorError.ts";
import { leaveNothingBehind } from "../src/testing/processes.ts";
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
const LOOK_MS = 500;

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => stopping.abort());
}

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags === null) console.log(USAGE);
  else await run(flags);
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (error instanceof OperatorError) {
    console.error(error.message);
    process.exitCode = 1;
  } else throw error;
}

async function run({ processes, port, killEveryMs }: NonNullable<ReturnType<typeof readFlags>>) {
  const folder = resolve(process.env["DATA_DIR"] || ".croupier", "cluster");
  await expectFree(port);
  leaveNothingBehind();
  console.log(`Starting Postgres, Redis, ${processes} processes and Nginx …`);
  await using cluster = await startCluster({ folder, processes, port, edge: EDGE });
  console.log(
    `Croupier is open: http://localhost:${port}  (${processes} processes; Ctrl-C ends it)`,
  );
  const { signal } = stopping;
  await Promise.all([
    killEveryMs === null ? until(signal) : killing(cluster, killEveryMs),
    bringingBack(cluster),
  ]);
  console.log("Closing: the rounds in progress go on at the next start.");
}

function until(signal: AbortSignal): Promise<unknown> {
  // A timer keeps this process alive; it ends with the signal.
  return wait(2 ** 31 - 1, null, { signal }).catch(() => undefined);
}

/** Whoever ends without being asked to is told of, and started again. */
async function bringingBack({ processes }: Cluster): Promise<void> {
  const { signal } = stopping;
  const told = new Map(processes.map((process) => [process, 0]));
  while (!signal.aborted) {
    await wait(LOOK_MS, null, { signal }).catch(() => undefined);
    for (const process of processes) {
      const { unasked, alive } = process;
      const last = unasked.at(-1);
      if (last === undefined || unasked.length === told.get(process) || alive) continue;
      told.set(process, unasked.length);
      console.log(`${time()} ${last}; it is started again`);
      if (!signal.aborted)
        await process.start().catch((error: Error) => console.error(error.message));
    }
  }
}

/** Whoever listens at the port would be found out at the very end of a start else. */
async function expectFree(port: number): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(port);
    await once(probe, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "EACCES" ? "may not be opened by this user" : "is in use";
    throw new OperatorError(`the port ${port} ${why}; --port takes a free one`);
  }
  probe.close();
  await once(probe, "close");
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
