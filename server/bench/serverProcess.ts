/** The real server in a process of its own, for as long as a benchmark takes. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { serverFlags } from "../bin/serverFlags.mjs";
import { opened } from "./openThings.ts";
import { ended } from "./program.ts";

const SERVER = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const OPEN_LINE = /Croupier is open: (http:\S+)/;
const MOST_OUTPUT = 10_000;

export interface ServerNeed {
  readonly env: Readonly<Record<string, string>>;
  /** Loaded before the server: the path of a module. */
  readonly preload?: string;
}

export interface ServerProcess {
  /** With 127.0.0.1 as the host. */
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a server on a free port; resolves once it is open. */
export async function startServer({ env, preload }: ServerNeed): Promise<ServerProcess> {
  const before = preload === undefined ? [] : ["--import", preload];
  const child = spawn(process.execPath, [...serverFlags, ...before, SERVER], {
    env: { ...process.env, PORT: "0", LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  // The server does not listen; whoever is loaded before it may.
  child.on("error", () => undefined);
  const stop = opened(() => ended(child));
  try {
    return { url: await addressOf(child), child, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address that the server prints once it is open. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    server.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MOST_OUTPUT);
      const url = OPEN_LINE.exec(output)?.[1];
      if (url !== undefined) resolve(url.replace("localhost", "127.0.0.1"));
    });
    server.on("exit", () => reject(new Error(`the server did not open:\n${output}`)));
  });
}
