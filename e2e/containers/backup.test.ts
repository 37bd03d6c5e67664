/** The health check of the backup: by what its other half leaves behind, and without a database. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repository, startProgram } from "../src/testing/processes.ts";
import { ago, makeBase } from "./madeBase.ts";

const BACKUP = join(repository, "docker/backup/backup.sh");
const MINUTE_MS = 60_000;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-backup-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Makes a file that was touched some time ago. */
function mark(name: string, ageMs: number, content = ""): void {
  const path = join(folder, name);
  writeFileSync(path, content);
  utimesSync(path, ago(ageMs), ago(ageMs));
}

async function run(act: string, settings: Readonly<Record<string, string>> = {}) {
  const env = { BACKUP_DIR: folder, BACKUP_MARKS: folder, ...settings };
  const { code, stderr } = await startProgram("bash", { args: [BACKUP, act], env }).exited;
  return { code, stderr: stderr.trim() };
}

describe("the health of the backup", () => {
  beforeEach(() => {
    makeBase(folder, "71-1", 60 * MINUTE_MS);
    mark("receiving.pid", 0, String(process.pid));
    mark("receiving.life", 0, join(folder, "71-1\n"));
    mark("progress", 0);
  });

  it("is good where the WAL is followed and a base backup is new enough", async () => {
    expect(await run("health")).toEqual({ code: 0, stderr: "" });
  });

  it("is bad where nothing receives the WAL, though it is tried again and again", async () => {
    rmSync(join(folder, "receiving.pid"));
    expect(await run("health")).toEqual({ code: 1, stderr: "the WAL is not followed" });
  });

  it("is bad where what receives it gets no further", async () => {
    mark("progress", 5 * MINUTE_MS);
    expect(await run("health")).toEqual({ code: 1, stderr: "the WAL that is kept does not grow" });
  });

  it("is bad after a gap in the WAL until there is a base backup from after it", async () => {
    mark("71-1/gap", 30 * MINUTE_MS);
    expect((await run("health")).stderr).toContain("the WAL has a gap");
    makeBase(folder, "71-1", 20 * MINUTE_MS);
    expect(await run("health")).toEqual({ code: 0, stderr: "" });
  });

  it("is bad while the newest base backup is of another life than the database's", async () => {
    makeBase(folder, "71-2", 30 * MINUTE_MS);
    expect((await run("health")).stderr).toContain("of another life of the database");
    makeBase(folder, "71-1", 20 * MINUTE_MS);
    expect(await run("health")).toEqual({ code: 0, stderr: "" });
  });

  it("is bad while all base backups are of another database, however old they are", async () => {
    mark("receiving.life", 0, join(folder, "72-1\n"));
    expect((await run("health")).stderr).toMatch(
      /^the backups are of another database than the one/,
    );
    rmSync(join(folder, "71-1"), { recursive: true });
    makeBase(folder, "71-1", 27 * 60 * MINUTE_MS);
    expect((await run("health")).stderr).toMatch(
      /^the backups are of another database than the one/,
    );
    makeBase(folder, "72-1", 0);
    expect(await run("health")).toEqual({ code: 0, stderr: "" });
  });

  it("minds none from a time that has not come, when the clock was ahead", async () => {
    makeBase(folder, "71-2", -60 * MINUTE_MS);
    expect(await run("health")).toEqual({ code: 0, stderr: "" });
    rmSync(join(folder, "71-1"), { recursive: true });
    makeBase(folder, "71-1", -60 * MINUTE_MS);
    expect((await run("health")).stderr).toBe("there is no base backup yet");
    makeBase(folder, "71-1", 27 * 60 * MINUTE_MS);
    expect((await run("health")).stderr).toBe("the newest base backup is 27 h old");
  });

  it("is bad where the newest base backup is old", async () => {
    rmSync(join(folder, "71-1"), { recursive: true });
    expect((await run("health")).stderr).toBe("there is no base backup yet");
    makeBase(folder, "71-1", 27 * 60 * MINUTE_MS);
    expect((await run("health")).stderr).toBe("the newest base backup is 27 h old");
  });
});

describe("the backup's start", () => {
  it("is refused where its folder cannot be written", async () => {
    const { code, stderr } = await run("run", { BACKUP_DIR: join(folder, "nowhere") });
    expect(code).toBe(1);
    expect(stderr).toMatch(/nowhere cannot be written by user \d+/);
  });

  it.each(["25:00", "3", "03:60", "3 pm", "tomorrow", "03:00 CET"])(
    "is refused where BACKUP_AT is no time of a day: %s",
    async (time) => {
      const told = `BACKUP_AT is a time of the day (UTC), as 03:00, and not '${time}'`;
      expect(await run("run", { BACKUP_AT: time })).toEqual({ code: 1, stderr: told });
    },
  );

  it.each(["14d", "0", "-1", "1.5", "010", "123456"])(
    "is refused where BACKUP_KEEP_DAYS is no number of days: %s",
    async (days) => {
      const told = `BACKUP_KEEP_DAYS is a number of days from 1 to 9999, as 14, and not '${days}'`;
      expect(await run("run", { BACKUP_KEEP_DAYS: days })).toEqual({ code: 1, stderr: told });
    },
  );
});
