/** A Redis of a test file's own, which may be killed, started again, flushed and put to sleep. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createClient } from "redis";
import { freePort } from "../platform/freePort.ts";

const PASSWORD = "a password for tests";

export interface OwnRedis {
  /** With its password. */
  readonly url: string;
  /** The same place with a password that is wrong. */
  readonly wrongUrl: string;
  /** Runs a command, such as `["FLUSHALL"]`, on a connection of its own. */
  run(...command: string[]): Promise<unknown>;
  /** It is gone at once, with all that it knew. */
  kill(): Promise<void>;
  /** Starts (again), on the same port; answers when it takes connections. */
  start(): Promise<void>;
  /** It neither answers nor closes anything. */
  sleep(): void;
  wake(): void;
  close(): Promise<void>;
}

/**
 * One that runs; `running: false`: one that has yet to be started.
 *
 * @param settings beyond those that all have, as `redis-server` takes them
 */
export async function createOwnRedis({
  running = true,
  settings = [] as readonly string[],
} = {}): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), "croupier-redis-"));
  const port = await freePort();
  const urlWith = (password: string) =>
    `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  // Where the run ends without its teardown, at least no server is left behind.
  const abandon = () => child?.kill("SIGKILL");
  process.once("exit", abandon);
  const start = async () => {
    child = await startServer(folder, port, settings);
  };
  const kill = async () => {
    const ending = child;
    child = null;
    if (ending === null) return;
    const ended = once(ending, "exit");
    ending.kill("SIGKILL");
    await ended;
  };
  if (running) await start();
  return {
    url: urlWith(PASSWORD),
    wrongUrl: urlWith("another password"),
    run: async (...command) => {
      const client = createClient({ url: urlWith(PASSWORD) });
      await client.connect();
      try {
        return await client.sendCommand(command);
      } finally {
        client.destroy();
      }
    },
    start,
    kill,
    sleep: () => void child?.kill("SIGSTOP"),
    wake: () => void child?.kill("SIGCONT"),
    close: async () => {
      await kill();
      process.off("exit", abandon);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startServer(
  folder: string,
  port: number,
  more: readonly string[],
): Promise<ChildProcess> {
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: folder,
    requirepass: PASSWORD,
    appendonly: "no",
    save: "",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn("redis-server", [...args, ...more], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes("Ready to accept connections")) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error(`redis-server ended before it took connections, with ${child.exitCode}`);
}
