/** The project's commands, run to their end as a user runs them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../../bots/report.ts";
import type { Exit } from "./processes.ts";
import { runNode } from "./processes.ts";

/** `npm run verify -- …` */
export function verify(...args: readonly string[]): Promise<Exit> {
  return runNode({ args: ["e2e/src/verify.ts", ...args] });
}

/** `npm run audit`, beside the server of a data folder or after it. */
export function audit(dataDir: string): Promise<Exit> {
  return runNode({ args: ["server/src/audit/main.ts"], env: { DATA_DIR: dataDir } });
}

/** `npm run bots -- …`, with its report. */
export async function bots(...args: readonly string[]): Promise<Exit & { report: Report }> {
  const folder = mkdtempSync(join(tmpdir(), "croupier-bots-"));
  try {
    const json = join(folder, "report.json");
    const exit = await runNode({ args: ["e2e/bots/main.ts", ...args, "--json", json] });
    if (exit.code === 2) throw new Error(exit.stderr);
    return { ...exit, report: JSON.parse(readFileSync(json, "utf8")) as Report };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
