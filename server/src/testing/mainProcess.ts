/** The real server, `main.ts`, as processes of a test. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { freePort } from "../platform/freePort.ts";
import { SLOW_TABLE } from "./openTestHouse.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export const SECRETS = {
  JWT_SECRET: "a token secret for tests",
  SEED_KEY: "07".repeat(32),
  ADMIN_PASSWORD: "a password for tests",
};

export interface Run {
  readonly child: ChildProcess;
  /** Everything on standard error so far. */
  readonly errors: () => string;
  /** Everything on standard output so far: the log, and the address. */
  readonly output: () => string;
  /** The address that was printed; rejects where the process ended before. */
  readonly open: Promise<string>;
  /** Code or signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** One of several processes. */
export interface Member {
  readonly run: Run;
  readonly url: string;
}

export class MainProcesses {
  readonly #running = new Set<ChildProcess>();

  /** Starts a server with one slow table, where `environment` says nothing else. */
  start(environment: Readonly<Record<string, string>>): Run {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env["PATH"],
        ...(process.env["TRANSPORT"] === undefined ? {} : { TRANSPORT: process.env["TRANSPORT"] }),
        PORT: "0",
        TABLES: JSON.stringify([SLOW_TABLE]),
        // The tests' Postgres does not wait for the disk.
        UNSAFE_DATABASE: "true",
        ...SECRETS,
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    let errors = "";
    let output = "";
    const open = Promise.withResolvers<string>();
    const ended = Promise.withResolvers<number | NodeJS.Signals | null>();
    child.stderr?.on("data", (text) => {
      errors += text;
    });
    child.stdout?.on("data", (text) => {
      output += text;
      const address = /Croupier is open: (\S+)/.exec(output)?.[1];
      if (address !== undefined) open.resolve(address.replace("localhost", "127.0.0.1"));
    });
    child.on("close", (code, signal) => {
      this.#running.delete(child);
      open.reject(new Error(`it ended: ${errors}`));
      ended.resolve(code ?? signal);
    });
    open.promise.catch(() => {});
    return {
      child,
      errors: () => errors,
      output: () => output,
      open: open.promise,
      ended: ended.promise,
    };
  }

  /** Starts one of several, which players reach at its own port. */
  async startMember(environment: Readonly<Record<string, string>>): Promise<Member> {
    const port = await freePort();
    const run = this.start({
      PORT: String(port),
      PUBLIC_ADDRESS: `127.0.0.1:${port}`,
      ...environment,
    });
    return { run, url: await run.open };
  }

  /** A start that fails, with what it says. */
  async failing(environment: Readonly<Record<string, string>>): Promise<string> {
    const run = this.start(environment);
    expect(await run.ended).toBe(1);
    return run.errors();
  }

  /** Kills what still runs. */
  killAll(): void {
    for (const child of this.#running) child.kill("SIGKILL");
    this.#running.clear();
  }
}
