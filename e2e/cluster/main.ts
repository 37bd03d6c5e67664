/**
 * `npm run cluster`: Postgres, Redis, several server processes and the proxy before them, on this
 * machine and for as long as this runs. What players have is kept for the next time.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { UsageError } from "../command/flags.ts";
import { OperatorError } from "../command/operatorError.ts";
import { leaveNothingBehind } from "../src/testing/processes.ts";
import { startCluster } from "./cluster.ts";
import { bringingBack, killing } from "./lives.ts";
import { readFlags, USAGE } from "./options.ts";

/** Bots and browsers of one machine come from one address. */
const EDGE = {
  EDGE_CONNECTIONS_PER_ADDRESS: "10000",
  EDGE_REQUESTS_PER_SECOND: "5000",
  EDGE_REQUESTS_BURST: "10000",
};

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
  const ways = { signal, say: (line: string) => console.log(`${time()} ${line}`) };
  await Promise.all([
    killEveryMs === null ? until(signal) : killing(cluster, { everyMs: killEveryMs, ...ways }),
    bringingBack([...cluster.services, ...cluster.processes], ways),
  ]);
  console.log("Closing: the rounds in progress go on at the next start.");
}

function until(signal: AbortSignal): Promise<unknown> {
  // A timer keeps this process alive; it ends with the signal.
  return wait(2 ** 31 - 1, null, { signal }).catch(() => undefined);
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

function time(): string {
  return new Date().toISOString().slice(11, 19);
}
