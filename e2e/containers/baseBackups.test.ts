/** Base backups: when one is due, how it is taken, and what is kept. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repository, startProgram } from "../src/testing/processes.ts";

const BACKUP = join(repository, "docker/backup");
const HOUR_MS = 3_600_000;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-base-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ago = (ms: number) => new Date(Date.now() - ms);
/** As the backup names what it has made: `20261121T120000Z`. */
const named = (date: Date) => date.toISOString().replace(/[-:]|\.\d+/g, "");

function baseBackup(life: string, ageMs: number): void {
  const base = join(folder, life, "base", named(ago(ageMs)));
  mkdirSync(base, { recursive: true });
  writeFileSync(join(base, "backup_manifest"), "");
}

describe("a base backup is due", () => {
  /** Where one is taken each day, half a day from now. */
  const isDue = async (life: string): Promise<boolean> => {
    const at = ago(12 * HOUR_MS).toISOString().slice(11, 16);
    const parts = `root="${folder}" daily_at=${at}; . "${BACKUP}/lives.sh"; . "${BACKUP}/take.sh"`;
    const args = ["-c", `${parts}; is_due "${join(folder, life)}" && echo due || echo not due`];
    const { stdout, stderr } = await startProgram("bash", { args }).exited;
    expect(stderr).toBe("");
    return stdout.trim() === "due";
  };

  it("where there is none, and once a day", async () => {
    expect(await isDue("71-1")).toBe(true);
    baseBackup("71-1", 13 * HOUR_MS);
    expect(await isDue("71-1")).toBe(true);
    baseBackup("71-1", HOUR_MS);
    expect(await isDue("71-1")).toBe(false);
  });

  it("where the newest is of another life, which was left for an earlier one", async () => {
    baseBackup("71-1", 2 * HOUR_MS);
    baseBackup("71-2", HOUR_MS);
    expect(await isDue("71-2")).toBe(false);
    expect(await isDue("71-1")).toBe(true);
    baseBackup("71-1", 0);
    expect(await isDue("71-1")).toBe(false);
  });
});
