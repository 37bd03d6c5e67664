/** A Redis of the run's own, on loopback and behind a password. */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "../src/testing/ports.ts";
import { startProgram } from "../src/testing/processes.ts";
import { Service } from "./service.ts";

interface RedisOptions {
  /** What it is told is written down here. */
  readonly folder: string;
  readonly port: number;
  readonly password: string;
  readonly program: string;
}

export class RedisServer extends Service {
  readonly #options: RedisOptions;

  constructor(options: RedisOptions) {
    const file = join(options.folder, "redis.conf");
    super({
      name: "Redis",
      says: /Ready to accept connections/,
      launch: () => startProgram(options.program, { args: [file] }),
    });
    this.#options = options;
  }

  /** With its password. */
  get url(): string {
    const { port, password } = this.#options;
    return `redis://:${password}@127.0.0.1:${port}`;
  }

  /** Ends it at once, as a crash would; {@link start} brings it back with what it had written down. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Forgets everything that it holds. */
  async flush(): Promise<void> {
    await flushAll(this.#options);
  }

  /** Stops it where it stands. */
  freeze(): void {
    this.running?.signal("SIGSTOP");
  }

  /** Lets it go on. */
  thaw(): void {
    this.running?.signal("SIGCONT");
  }
}

/** Starts a Redis on a free port, from its program's file; it writes down what it is told into `folder`. */
export async function startRedis(program: string, folder: string): Promise<RedisServer> {
  const port = await freePort();
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
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} ${JSON.stringify(value)}\n`,
  );
  writeFileSync(join(folder, "redis.conf"), lines.join(""), { mode: 0o600 });
  const redis = new RedisServer({ folder, port, password, program });
  await redis.start();
  return redis;
}

/** Over a connection of its own: every command is answered by `+OK`, or the flush has failed. */
async function flushAll({ port, password }: RedisOptions): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.end(`AUTH ${password}\r\nFLUSHALL\r\nQUIT\r\n`);
  const answers = (await socket.setEncoding("utf8").toArray()).join("");
  if (answers !== "+OK\r\n+OK\r\n+OK\r\n") throw new Error(`Redis: ${answers}`);
}
