/** The edge as its container starts it, on this machine. */
import { dirname, join } from "node:path";
import { freePort } from "../src/testing/ports.ts";
import type { Running } from "../src/testing/processes.ts";
import { repository, startProgram } from "../src/testing/processes.ts";
import { ensureProgram } from "./systemPackages.ts";

const EDGE = join(repository, "nginx");

/** An environment for the script: everything that it writes goes to `folder`. */
export async function entrySettings(folder: string): Promise<Record<string, string>> {
  const program = await ensureProgram("nginx");
  return {
    EDGE_HOME: EDGE,
    EDGE_RUN_DIR: join(folder, "run"),
    EDGE_PROCESSES: join(EDGE, "processes.map"),
    EDGE_HTTP_LISTEN: `127.0.0.1:${await freePort()}`,
    EDGE_HTTPS_LISTEN: `127.0.0.1:${await freePort()}`,
    EDGE_CERTIFICATE: join(folder, "none.pem"),
    EDGE_RESOLVER: "127.0.0.1",
    EDGE_ACCESS_LOG: join(folder, "access.log"),
    PATH: `${process.env["PATH"]}:${dirname(program)}`,
  };
}

/** Runs the script; whether it comes to be Nginx is for the caller to see. */
export function runEntry(env: Readonly<Record<string, string>>): Running {
  return startProgram("sh", { args: [join(EDGE, "entrypoint.sh")], env });
}
