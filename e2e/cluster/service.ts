/** A program that a cluster stands on: it keeps its name and its place, through however many lives. */
import type { Exit, Running } from "../src/testing/processes.ts";
import { ready } from "./ready.ts";

export interface ServiceOptions {
  /** For people. */
  readonly name: string;
  readonly launch: () => Running;
  /** What it says once it takes connections. */
  readonly says: RegExp;
}

export class Service {
  readonly name: string;
  readonly #options: ServiceOptions;
  #running: Running | null = null;
  #unasked: readonly string[] = [];

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get alive(): boolean {
    return this.#running !== null;
  }

  /** How it ended where nobody had asked it to. */
  get unasked(): readonly string[] {
    return this.#unasked;
  }

  /** Its present life; null where it has none. */
  get running(): Running | null {
    return this.#running;
  }

  /** Starts it, also again; resolves once it takes connections. */
  async start(): Promise<void> {
    const running = this.#options.launch();
    this.#running = running;
    // Workers that outlive their master would keep its port.
    void running.ended.then(() => running.signal("SIGKILL"));
    void running.exited.then((exit) => this.#ended(running, exit));
    await ready(running, this.#options.says);
  }

  /** Ends it by a signal, or by the end of its input (null); resolves when it has ended. */
  protected async end(signal: NodeJS.Signals | null): Promise<Exit | null> {
    const ending = this.#running;
    this.#running = null;
    if (signal === null) ending?.tell(null);
    else ending?.signal(signal);
    return (await ending?.exited) ?? null;
  }

  #ended(running: Running, { code, signal }: Exit): void {
    if (this.#running !== running) return;
    this.#running = null;
    this.#unasked = [...this.#unasked, `${this.name} ended with ${code ?? signal}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGTERM");
  }
}
