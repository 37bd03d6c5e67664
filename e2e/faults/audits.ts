/**
 * The audit as an operator runs it, again and again: each proves that nothing was rewritten of what
 * the one before has seen.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    const { code, stdout, stderr } = await runNode({
      args: [join(build, "server/src/audit/main.ts"), "--json", ...this.#since],
      env: { DATABASE_URL: this.#databaseUrl },
    });
    if (stdout === "") return [`the audit ended with ${code}: ${stderr.trim()}`];
    const file = join(this.#folder, "audit.json");
    writeFileSync(file, stdout);
    this.#since = ["--since", file];
    if (code === 0) return [];
    const { checks } = JSON.parse(stdout) as AuditReport;
    const broken = checks.filter(({ ok }) => !ok);
    return broken.map(({ check, faults }) => `the audit: ${check}: ${faults.join("; ")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
