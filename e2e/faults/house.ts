/** A server process on a database of the run, which can be ended and started again. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../src/testing/ports.ts";
import type { Exit, Running } from "../src/testing/processes.ts";
import { startNode } from "../src/testing/processes.ts";
import { inTime, OverdueError } from "./wait.ts";

export interface HouseOptions {
  readonly databaseUrl: string;
  /** `TABLES` of the server. */
  readonly tables: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Mistakes to be put into the program, by their names in `server/mutants`. */
  readonly mutants: readonly string[];
}

const OPEN = /Croupier is open/;
const OPENS_MS = 60_000;
/** Output that a finding shows. */
const TAIL = 2_000;

export class House {
  readonly url: string;
  readonly #options: HouseOptions;
  readonly #port: number;
  readonly #folder: string;
  #tables: string;
  #process: Running | null = null;
  /** How it ended where nobody asked it to; see {@link House.endedByItself}. */
  #unasked: Exit | null = null;

  private constructor(options: HouseOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.#tables = options.tables;
    this.url = `http://127.0.0.1:${port}`;
    this.#folder = mkdtempSync(join(tmpdir(), "croupier-house-"));
  }

  /** A server on a free port, not started yet. */
  static async on(options: HouseOptions): Promise<House> {
    return new House(options, await freePort());
  }

  /** `TABLES` of the process from its next start on. */
  rules(tables: string): void {
    this.#tables = tables;
  }

  /** Starts the process; `more` mutants are put in for this one life, beside those of the run. */
  launch(more: readonly string[] = []): void {
    const { databaseUrl, secrets } = this.#options;
    const mutants = [...this.#options.mutants, ...more];
    const loader = mutants.length === 0 ? [] : ["--import", "./server/mutants/register.mjs"];
    const process = startNode({
      args: [...loader, "server/src/main.ts"],
      env: {
        ...secrets,
        PORT: `${this.#port}`,
        DATABASE_URL: databaseUrl,
        DATA_DIR: this.#folder,
        TABLES: this.#tables,
        LOG_LEVEL: "warn",
        CRASH_WHEN: this.#armed,
        MUTANT: mutants.length === 0 ? undefined : mutants.join(","),
      },
    });
    this.#process = process;
    const ended = (exit: Exit): void => {
      if (this.#process !== process) return;
      this.#process = null;
      this.#unasked = exit;
    };
    process.exited.then(ended, () => undefined);
  }

  /** Starts the process; resolves once it takes connections. */
  async start(): Promise<void> {
    this.launch();
    await this.opened();
  }

  /** Resolves once the process that was launched takes connections. */
  async opened(): Promise<void> {
    await inTime("the server's start", this.#running().sees(OPEN), OPENS_MS);
  }

  /** From now on the process ends at the crash point that was put into it. */
  arm(armed: boolean): void {
    if (armed) writeFileSync(this.#armed, "");
    else rmSync(this.#armed, { force: true });
  }

  get #armed(): string {
    return join(this.#folder, "crash-now");
  }

  /** Resolves when the process has ended. */
  ended(): Promise<Exit> {
    return this.#process?.exited ?? Promise.resolve(this.#unasked as Exit);
  }

  /** `kill -9`; resolves once it is gone. */
  async kill(): Promise<void> {
    const running = this.#running();
    this.#process = null;
    running.signal("SIGKILL");
    await running.exited;
  }

  /** Ends the process in good order. */
  async stop(): Promise<void> {
    const running = this.#running();
    this.#process = null;
    running.signal("SIGTERM");
    const { code } = await inTime("the server's end", running.exited, OPENS_MS);
    if (code !== 0) throw new OverdueError(`SIGTERM ended the server with ${code}`);
  }

  /** Stops the process where it stands. */
  fallAsleep(): void {
    this.#running().signal("SIGSTOP");
  }

  /** Lets it go on; one that was not stopped goes on anyway. */
  wake(): void {
    this.#process?.signal("SIGCONT");
  }

  /** True where it is there and says that it can take players. */
  async isReady(): Promise<boolean> {
    try {
      const { ok } = await fetch(`${this.url}/ready`, { signal: AbortSignal.timeout(2_000) });
      return ok;
    } catch {
      // Not an error: nobody is there.
      return false;
    }
  }

  /** What there is to say where it ended and nobody had ended it; else null. */
  get endedByItself(): string | null {
    if (this.#unasked === null) return null;
    const { code, signal, stdout, stderr } = this.#unasked;
    return `the server ended with ${code ?? signal}: ${(stdout + stderr).slice(-TAIL)}`;
  }

  /** Forgets an end that was to be. */
  forgive(): void {
    this.#unasked = null;
  }

  /** The end of what the process wrote. */
  get tail(): string {
    return this.#process?.output().slice(-TAIL) ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#process;
    this.#process = null;
    running?.signal("SIGKILL");
    await running?.exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #running(): Running {
    if (this.#process === null) throw new Error(this.endedByItself ?? "the server is not running");
    return this.#process;
  }
}
