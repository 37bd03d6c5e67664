/** One server process of a cluster: it keeps its slot and its port, whatever becomes of it. */
import type { Exit, Running } from "../src/testing/processes.ts";
import { startNode } from "../src/testing/processes.ts";

export interface SlotOptions {
  /** From 1 on: the process's place in the proxy's list. */
  readonly slot: number;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const OPEN = /Croupier is open/;
const PLAIN_FLAGS = ["--max-semi-space-size=8"];

export class ClusterProcess {
  readonly slot: number;
  readonly port: number;
  readonly #env: SlotOptions["env"];
  #running: Running | null = null;

  constructor({ slot, port, env }: SlotOptions) {
    this.slot = slot;
    this.port = port;
    this.#env = env;
  }

  /** Where it is, past the proxy. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get alive(): boolean {
    return this.#running !== null;
  }

  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  /** Everything that the running process wrote. */
  get output(): string {
    return this.#running?.output() ?? "";
  }

  /** Starts it, with changes to its environment for this life; resolves once it takes connections. */
  async start(changes: SlotOptions["env"] = {}): Promise<void> {
    const running = startNode({
      args: [...PLAIN_FLAGS, "server/src/main.ts"],
      env: { ...this.#env, PORT: String(this.port), ...changes },
    });
    this.#running = running;
    const gone = () => {
      if (this.#running === running) this.#running = null;
    };
    running.exited.then(gone, gone);
    await running.sees(OPEN);
  }

  /** Ends it at once, as a crash would. */
  kill(): Promise<Exit | null> {
    return this.#end("SIGKILL");
  }

  /** Ends it as an operator does; resolves when it has drained. */
  drain(): Promise<Exit | null> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<Exit | null> {
    const running = this.#running;
    running?.signal(signal);
    return (await running?.exited) ?? null;
  }
}
