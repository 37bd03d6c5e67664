/** One server process of a cluster: it keeps its slot and its port, whatever becomes of it. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Exit, Running } from "../src/testing/processes.ts";
import { repository, startNode } from "../src/testing/processes.ts";
import { ready } from "./ready.ts";

export interface SlotOptions {
  /** From 1 on: the process's place in the proxy's list. */
  readonly slot: number;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const OPEN = /Croupier is open/;
/** Errors and worse in the log, and whatever is no log at all. */
const TROUBLE = /^(\{"level":[56]0,|[^{\s])/;
const WHEN = /"time":"[^"]*","pid":\d+,/;
const MOST_TROUBLES = 10;

export class ClusterProcess {
  readonly slot: number;
  readonly port: number;
  readonly #env: SlotOptions["env"];
  #build = repository;
  #running: Running | null = null;
  /** The life that is to end now. */
  #ending: Running | null = null;
  #troubles: readonly string[] = [];
  #unasked: readonly string[] = [];

  constructor({ slot, port, env }: SlotOptions) {
    this.slot = slot;
    this.port = port;
    this.#env = env;
  }

  /** For people. */
  get name(): string {
    return `process ${this.slot}`;
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

  /** What it said of what went wrong, in all its lives; each thing once. */
  get troubles(): readonly string[] {
    return distinct([...this.#troubles, ...troublesIn(this.output)]);
  }

  /** How it ended where nobody had asked it to. */
  get unasked(): readonly string[] {
    return this.#unasked;
  }

  /** From the next start on the program is another build than this repository: the one in `folder`. */
  upgrade(folder: string): void {
    this.#build = folder;
  }

  /**
   * Starts it, with changes to its environment for this life; resolves once it takes connections.
   *
   * @throws OperatorError with the line in which it refuses to start
   */
  async start(changes: SlotOptions["env"] = {}): Promise<void> {
    await ready(this.launch(changes), OPEN);
  }

  /** Starts it so that it has to refuse to; resolves once it has ended. */
  async refused(changes: SlotOptions["env"]): Promise<Exit> {
    return await this.#begin(changes).exited;
  }

  /** Starts it, and waits for nothing. */
  launch(changes: SlotOptions["env"] = {}): Running {
    const running = this.#begin(changes);
    this.#running = running;
    running.exited.then(
      (exit) => this.#ended(running, exit),
      () => undefined,
    );
    return running;
  }

  /** Ends it at once, as a crash would. */
  kill(): Promise<Exit | null> {
    return this.#end("SIGKILL");
  }

  /** Ends it as an operator does; resolves when it has drained. */
  drain(): Promise<Exit | null> {
    return this.#end("SIGTERM");
  }

  /** Stops it where it stands. */
  freeze(): void {
    this.#running?.signal("SIGSTOP");
  }

  /** Lets it go on. */
  thaw(): void {
    this.#running?.signal("SIGCONT");
  }

  #begin(changes: SlotOptions["env"]): Running {
    return startNode({
      args: [...flagsOf(this.#build), join(this.#build, "server/src/main.ts")],
      env: { ...this.#env, PORT: String(this.port), ...changes },
    });
  }

  async #end(signal: NodeJS.Signals): Promise<Exit | null> {
    const running = this.#running;
    this.#ending = running;
    running?.signal(signal);
    return (await running?.exited) ?? null;
  }

  #ended(running: Running, exit: Exit): void {
    const { code, signal } = exit;
    this.#troubles = distinct([...this.#troubles, ...troublesIn(running.output())]);
    if (this.#ending !== running) {
      this.#unasked = [...this.#unasked, `${this.name} ended with ${code ?? signal}`];
    }
    if (this.#running === running) this.#running = null;
  }
}

/** How the launcher of a build runs Node.js for its server. */
function flagsOf(build: string): readonly string[] {
  const load = createRequire(import.meta.url);
  const { serverFlags } = load(join(build, "server/bin/serverFlags.mjs")) as {
    readonly serverFlags: readonly string[];
  };
  return serverFlags;
}

/** Each trouble once, whenever it was; the last of them. */
function distinct(lines: readonly string[]): readonly string[] {
  const byText = new Map(lines.map((line) => [line.replace(WHEN, ""), line]));
  return [...byText.values()].slice(-MOST_TROUBLES);
}

function troublesIn(output: string): readonly string[] {
  return output.split("\n").filter((line) => TROUBLE.test(line) && !OPEN.test(line));
}
