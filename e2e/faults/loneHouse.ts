/** A server process that runs the tables alone: it can be ended and started again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../src/testing/ports.ts";
import type { Exit, Running } from "../src/testing/processes.ts";
import { startNode } from "../src/testing/processes.ts";
import { SHORT_CHAINS } from "../src/testing/server.ts";
import type { Changes, HouseOptions } from "./houseOptions.ts";
import { inTime, OverdueError } from "./wait.ts";

const OPEN = /Croupier is open/;
const OPENS_MS = 60_000;
/** A start of the whole program is in it. */
const PLAYABLE_MS = 10_000;
/** Output that a finding shows. */
const TAIL = 2_000;
/** Errors and worse in the log. */
const TROUBLE = /^\{"level":[56]0,/;
const MOST_TROUBLES = 10;

export class LoneHouse {
  readonly isShared = false;
  /** From its end to the next bet, once it was started again: the most that it may take. */
  readonly playableMs = PLAYABLE_MS;
  readonly url: string;
  readonly #options: HouseOptions;
  readonly #port: number;
  readonly #folder: string;
  #tables: string;
  #databaseUrl: string;
  #process: Running | null = null;
  #troubles: readonly string[] = [];
  /** How it ended where nobody asked it to; see {@link LoneHouse.endedByItself}. */
  #unasked: Exit | null = null;

  private constructor(options: HouseOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.#tables = options.tables;
    this.#databaseUrl = options.databaseUrl;
    this.url = `http://127.0.0.1:${port}`;
    this.#folder = mkdtempSync(join(tmpdir(), "croupier-house-"));
  }

  /** A server on a free port, not started yet. */
  static async on(options: HouseOptions): Promise<LoneHouse> {
    return new LoneHouse(options, await freePort());
  }

  /** Its processes themselves. */
  get processUrls(): readonly string[] {
    return [this.url];
  }

  /** Starts the process, with changes for its next life. */
  launch(changes: Changes = {}): void {
    const { secrets } = this.#options;
    this.#tables = changes.tables ?? this.#tables;
    this.#databaseUrl = changes.databaseUrl ?? this.#databaseUrl;
    const mutants = [...this.#options.mutants, ...(changes.mutants ?? [])];
    const loader = mutants.length === 0 ? [] : ["--import", "./server/mutants/register.mjs"];
    const process = startNode({
      args: [...loader, "server/src/main.ts"],
      env: {
        ...secrets,
        PORT: `${this.#port}`,
        DATABASE_URL: this.#databaseUrl,
        DATA_DIR: this.#folder,
        TABLES: this.#tables,
        LOG_LEVEL: "warn",
        ...SHORT_CHAINS,
        CRASH_WHEN: this.#armed,
        MUTANT: mutants.length === 0 ? undefined : mutants.join(","),
      },
    });
    this.#process = process;
    const ended = (exit: Exit): void => {
      this.#troubles = [...this.#troubles, ...troublesIn(exit.stdout)].slice(-MOST_TROUBLES);
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

  /** `kill -9`, and a new process, which takes connections when the promise resolves. */
  async restart(changes: Changes = {}): Promise<void> {
    await this.kill();
    this.launch(changes);
    await this.opened();
  }

  /** Resolves once the process that was launched takes connections. */
  async opened(): Promise<void> {
    await inTime("the server's start", this.#running().sees(OPEN), OPENS_MS);
  }

  /** Resolves once the running process has written what fits. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#running().sees(pattern);
  }

  /** From now on the process ends at the crash point that was put into it. */
  async arm(armed: boolean): Promise<void> {
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

  /** True where the process is stopped. */
  isAsleep(): boolean {
    const [state] =
      readFileSync(`/proc/${this.#running().pid}/stat`, "utf8").split(") ").at(-1) ?? "";
    return state === "T";
  }

  /** Lets it go on; one that was not stopped goes on anyway. */
  wake(): void {
    this.#process?.signal("SIGCONT");
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

  /** What its processes logged as wrong; the last of it, where it is much. */
  get troubles(): string {
    const all = [...this.#troubles, ...troublesIn(this.#process?.output() ?? "")];
    return all.slice(-MOST_TROUBLES).join("\n");
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

function troublesIn(output: string): readonly string[] {
  return output.split("\n").filter((line) => TROUBLE.test(line));
}
