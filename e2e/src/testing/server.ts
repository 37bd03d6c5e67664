/**
 * A whole server as its operator runs it: a process of its own on a free port, with a data folder
 * of its own that outlives the process, so that it can be killed and started again.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports.ts";
import type { Exit, Running } from "./processes.ts";
import { isAlive, startNode } from "./processes.ts";

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** The server's process. */
  readonly pid: number;
  /** Everything the running process has written so far. */
  output(): string;
  /** Ends the process as an operator does, and waits for it. */
  stop(signal?: "SIGTERM" | "SIGINT"): Promise<Exit>;
  /** Ends the process at once; its database goes on by itself, as after a crash. */
  kill9(): Promise<Exit>;
  /** Starts it again on the same port and data; resolves once it is open. */
  start(): Promise<void>;
  /** Ends everything and removes the data. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The timings of a quick table, in milliseconds. */
const QUICK = { bettingMs: 1500, closingMs: 200, spinningMs: 300, resultMs: 200 };

/** `TABLES` with one European table for each id. */
export function quickTables(ids: readonly string[], changes: object = {}): string {
  return JSON.stringify(ids.map((id) => ({ id, ...QUICK, ...changes })));
}

/** Seed chains that are made in no time: whole ones take a table seconds of a processor. */
export const SHORT_CHAINS = { SEED_CHAIN_LENGTH: "4096" };

const OPEN_LINE = /Croupier is open: (http:\S+)/;
const DATABASE_STOPS_MS = 20_000;

const PID_IN_LOG = /"pid":(\d+)/;

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As `npm start` does it: with the client built where it is stale, and with whole seed chains. */
  readonly withClient?: boolean;
}

/** Starts a server; it is open when the promise resolves. */
export async function startServer({
  env = {},
  withClient = false,
}: ServerOptions = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "croupier-e2e-"));
  const kept = { DATA_DIR: dataDir, LOG_LEVEL: "info" };
  const settings = { ...kept, ...(withClient ? {} : SHORT_CHAINS), ...env };
  const args = withClient ? ["server/bin/croupier.mjs", "start"] : ["server/src/main.ts"];
  let server: (Running & { readonly serverPid: number }) | null = null;
  // One that stays free while a server that was killed is gone: bots connect again meanwhile, from any of
  // the system's own ports.
  const port = await freePort();

  const start = async (): Promise<void> => {
    const started = startNode({ args, env: { ...settings, PORT: `${port}` } });
    server = { ...started, serverPid: started.pid };
    await started.sees(OPEN_LINE);
    const [, serverPid] = await started.sees(PID_IN_LOG);
    server = { ...started, serverPid: Number(serverPid) };
  };
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    if (server === null) throw new Error("the server is not running");
    const ending = server;
    server = null;
    // To the one process only: a kill has to leave the database alone, as a crash would.
    process.kill(ending.serverPid, signal);
    return await ending.exited;
  };
  const dispose = async (): Promise<void> => {
    if (server !== null) await end("SIGTERM");
    await stopDatabase(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  };

  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    dataDir,
    get pid() {
      return server?.serverPid ?? 0;
    },
    output: () => server?.output() ?? "",
    stop: (signal = "SIGTERM") => end(signal),
    kill9: () => end("SIGKILL"),
    start,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Ends the embedded database of a data folder, where one is left running. */
export async function stopDatabase(dataDir: string): Promise<void> {
  const pid = databasePid(dataDir);
  if (pid === null) return;
  process.kill(pid, "SIGINT");
  const until = Date.now() + DATABASE_STOPS_MS;
  while (isAlive(pid)) {
    if (Date.now() > until) throw new Error(`the database ${pid} of ${dataDir} does not end`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The embedded database's process, from its own note; null where none is running. */
export function databasePid(dataDir: string): number | null {
  try {
    const [line] = readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8").split("\n");
    const pid = Number(line);
    return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
