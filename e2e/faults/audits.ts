/**
 * The audit as an operator runs it, again and again: each proves that nothing was rewritten of what
 * the one before has seen.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exit } from "../src/testing/processes.ts";
import { repository, runNode } from "../src/testing/processes.ts";

interface AuditReport {
  readonly checks: readonly {
    readonly check: string;
    readonly ok: boolean;
    readonly faults: readonly string[];
  }[];
}

export class Audits implements AsyncDisposable {
  readonly #databaseUrl: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "croupier-audits-"));
  #since: readonly string[] = [];

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  /** What is wrong with the books, by the audit of `build`; empty where nothing is. */
  async faults(build = repository): Promise<readonly string[]> {
    const exit = await runNode({
      args: [join(build, "server/src/audit/main.ts"), "--json", ...this.#since],
      env: { DATABASE_URL: this.#databaseUrl },
    });
    if (exit.stdout !== "") {
      const file = join(this.#folder, "audit.json");
      writeFileSync(file, exit.stdout);
      this.#since = ["--since", file];
    }
    return faultsOf(exit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What an audit found that ended like this. One that ended with an error has found something. */
export function faultsOf({ code, stdout, stderr }: Pick<Exit, "code" | "stdout" | "stderr">) {
  const ended = `the audit ended with ${code}: ${stderr.trim()}`;
  if (stdout === "") return [ended];
  const { checks } = JSON.parse(stdout) as AuditReport;
  const broken = checks.filter(({ ok }) => !ok);
  const found = broken.map(({ check, faults }) => `the audit: ${check}: ${faults.join("; ")}`);
  if (checks.length === 0) found.push("the audit checked nothing");
  if (code !== 0 && found.length === 0) found.push(ended);
  return found;
}
