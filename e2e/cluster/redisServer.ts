/** A Redis of the run's own, on loopback and behind a password. */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Running } from "../src/testing/processes.ts";
import { startProgram } from "../src/testing/processes.ts";
import { ensureProgram } from "./systemPackages.ts";

export interface RedisServer {
  /** With its password. */
  readonly url: string;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, on the same port, with what it had written down. */
  start(): Promise<void>;
  /** Forgets everything that it holds. */
  flush(): Promise<void>;
  /** Stops it where it stands, and lets it go on. */
  freeze(): void;
  thaw(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

const READY = /Ready to accept connections/;

/** Starts a Redis that writes down what it is told into `folder`. */
export async function startRedis(folder: string, port: number): Promise<RedisServer> {
  const program = await ensureProgram("redis-server");
  const password = randomBytes(16).toString("hex");
  mkdirSync(folder, { recursive: true });
  const settings = {
    bind: "127.0.0.1",
    port: String(port),
    requirepass: password,
    dir: folder,
    appendonly: "yes",
    save: "",
  };
  // In a file, and not among the arguments: those are for everyone to see.
  const file = join(folder, "redis.conf");
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} ${JSON.stringify(value)}\n`,
  );
  writeFileSync(file, lines.join(""), { mode: 0o600 });
  let running: Running | null = null;
  const start = async (): Promise<void> => {
    running = startProgram(program, { args: [file] });
    await running.sees(READY);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = running;
    running = null;
    ending?.signal(signal);
    await ending?.exited;
  };
  await start();
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    start,
    kill: () => end("SIGKILL"),
    flush: () => flushAll(port, password),
    freeze: () => running?.signal("SIGSTOP"),
    thaw: () => running?.signal("SIGCONT"),
    [Symbol.asyncDispose]: () => end("SIGTERM"),
  };
}

/** Over a connection of its own: every command is answered by `+OK`, or the flush has failed. */
async function flushAll(port: number, password: string): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.end(`AUTH ${password}\r\nFLUSHALL\r\nQUIT\r\n`);
  const answers = (await socket.setEncoding("utf8").toArray()).join("");
  if (answers !== "+OK\r\n+OK\r\n+OK\r\n") throw new Error(`Redis: ${answers}`);
}
