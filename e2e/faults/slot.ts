/** A process of a house that several share: what is put into it, what it runs, and how it ended. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import type { Exit, Running } from "../src/testing/processes.ts";
import { inTime } from "./wait.ts";

/** What a life of the process is started with. */
export interface Life {
  readonly tables: string;
  readonly databaseUrl: string;
  readonly mutants: readonly string[];
}

const OPEN = /Croupier is open/;
const OPENS_MS = 60_000;
/** What a process tells of its leases (`LOG_LEVEL=info`). */
const TURN =
  /"tableId":"([^"]+)","epoch":(\d+),"msg":"(running a table"|handed a|another process)/g;
const ESTABLISHED = "01";

/** The variables that put mistakes into a server. */
export function mutantsEnv(mutants: readonly string[]): Readonly<Record<string, string>> {
  if (mutants.length === 0) return {};
  return { MUTANT: mutants.join(","), NODE_OPTIONS: "--import ./server/mutants/register.mjs" };
}

export class Slot {
  readonly process: ClusterProcess;
  /** Ends the process at its crash point while it is there. */
  readonly #armed: string;
  #running: Running | null = null;
  #tables: string;
  #forgiven = 0;

  /** Of a process that runs already, with `tables`. */
  constructor(process: ClusterProcess, { armed, tables }: { armed: string; tables: string }) {
    this.process = process;
    this.#armed = armed;
    this.#tables = tables;
  }

  /** `TABLES` of its life. */
  get tables(): string {
    return this.#tables;
  }

  launch({ tables, databaseUrl, mutants }: Life): void {
    this.#tables = tables;
    this.#running = this.process.launch({
      TABLES: tables,
      DATABASE_URL: databaseUrl,
      CRASH_WHEN: this.#armed,
      ...mutantsEnv(mutants),
    });
  }

  /** Resolves once the process that was launched takes connections. */
  async opened(): Promise<void> {
    if (this.#running === null) return;
    await inTime(`process ${this.process.slot}'s start`, this.#running.sees(OPEN), OPENS_MS);
  }

  /** `kill -9`; resolves once it is gone. */
  async kill(): Promise<void> {
    await this.process.kill();
  }

  /** From now on the process ends at the crash point that was put into it. */
  arm(armed: boolean): void {
    if (armed) writeFileSync(this.#armed, "");
    else rmSync(this.#armed, { force: true });
  }

  /** Resolves when the process that was launched has ended. */
  async ended(): Promise<Exit> {
    if (this.#running === null) throw new Error(`process ${this.process.slot} was not launched`);
    return await this.#running.exited;
  }

  /** Forgets an end that was to be. */
  forgive(): void {
    this.#forgiven = this.process.unasked.length;
  }

  /** Its ends that nobody had asked for. */
  get unasked(): readonly string[] {
    return this.process.unasked.slice(this.#forgiven);
  }

  /** True where the process is stopped. */
  get isAsleep(): boolean {
    if (!this.process.alive) return false;
    const stat = readFileSync(`/proc/${this.process.pid}/stat`, "utf8");
    return stat.split(") ").at(-1)?.[0] === "T";
  }

  /** The epochs of the tables that it runs, as far as it knows. */
  get epochs(): ReadonlyMap<string, number> {
    const held = new Map<string, number>();
    if (!this.process.alive) return held;
    for (const [, tableId = "", epoch, what] of this.process.output.matchAll(TURN)) {
      if (what === 'running a table"') held.set(tableId, Number(epoch));
      else held.delete(tableId);
    }
    return held;
  }

  /** How many connections to it are open. */
  get connections(): number {
    const port = `:${this.process.port.toString(16).toUpperCase().padStart(4, "0")}`;
    const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
      readFileSync(file, "utf8").split("\n"),
    );
    return lines.filter((line) => {
      const [, local = "", , state] = line.trim().split(/\s+/);
      return local.endsWith(port) && state === ESTABLISHED;
    }).length;
  }
}
