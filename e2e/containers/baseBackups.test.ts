/** Base backups: when one is due, how it is taken, and what is kept. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repository, startProgram } from "../src/testing/processes.ts";
import { ago, makeBase } from "./madeBase.ts";

const BACKUP = join(repository, "docker/backup");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-base-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a base backup is due", () => {
  /** Where one is taken each day, and was half a day ago. */
  const isDue = async (life: string): Promise<boolean> => {
    const at = ago(12 * HOUR_MS)
      .toISOString()
      .slice(11, 16);
    const parts = `root="${folder}" daily_at=${at}; . "${BACKUP}/lives.sh"; . "${BACKUP}/take.sh"`;
    const args = ["-c", `${parts}; is_due "${join(folder, life)}" && echo due || echo not due`];
    const { stdout, stderr } = await startProgram("bash", { args }).exited;
    expect(stderr).toBe("");
    return stdout.trim() === "due";
  };

  it("where there is none, and once a day", async () => {
    expect(await isDue("71-1")).toBe(true);
    makeBase(folder, "71-1", 13 * HOUR_MS);
    expect(await isDue("71-1")).toBe(true);
    makeBase(folder, "71-1", HOUR_MS);
    expect(await isDue("71-1")).toBe(false);
  });

  it("where the newest is of another life, which was left for an earlier one", async () => {
    makeBase(folder, "71-1", 2 * HOUR_MS);
    makeBase(folder, "71-2", HOUR_MS);
    expect(await isDue("71-2")).toBe(false);
    expect(await isDue("71-1")).toBe(true);
    makeBase(folder, "71-1", 0);
    expect(await isDue("71-1")).toBe(false);
  });

  it("as if there were none from a time that has not come, when the clock was ahead", async () => {
    makeBase(folder, "71-1", -DAY_MS);
    makeBase(folder, "71-1", 13 * HOUR_MS);
    expect(await isDue("71-1")).toBe(true);
    makeBase(folder, "71-1", HOUR_MS);
    expect(await isDue("71-1")).toBe(false);
  });

  it("no more than once where one from a time that has not come is of the life that was left", async () => {
    makeBase(folder, "71-1", -DAY_MS);
    expect(await isDue("71-2")).toBe(true);
    makeBase(folder, "71-2", HOUR_MS);
    expect(await isDue("71-2")).toBe(false);
  });
});

describe("taking a base backup", () => {
  /** Of the database's programs, as far as a base backup asks for them; it is streamed until told. */
  const PROGRAMS = {
    psql: "echo 71 1 0/3000000",
    pg_basebackup: `mkdir -p "$2"; echo streams; read -r; echo "$REPLY" >"$2/backup_manifest"`,
    pg_archivecleanup: 'echo cleans "$@"',
    pg_receivewal: `[[ $* = *-slot --* ]] || exec sleep infinity`,
    gzip: "echo a segment is packed >&2",
  };
  const backup = (act: string) =>
    startProgram("bash", {
      args: [join(BACKUP, "backup.sh"), act],
      env: {
        BACKUP_DIR: join(folder, "kept"),
        BACKUP_MARKS: folder,
        PATH: `${folder}:${process.env["PATH"]}`,
      },
      reading: true,
    });
  const now = () => backup("now");
  const basesOf = (life: string) => readdirSync(join(folder, "kept", life, "base"));

  beforeEach(() => {
    mkdirSync(join(folder, "kept/71-1/wal"), { recursive: true });
    for (const [name, acts] of Object.entries(PROGRAMS)) {
      writeFileSync(join(folder, name), `#!/bin/bash\n${acts}\n`, { mode: 0o755 });
    }
  });

  it("is refused while another is taken, which does not mind", async () => {
    const first = now();
    await first.sees(/streams/);
    const second = now();
    second.tell("of the second");
    const { code, stderr } = await second.exited;
    expect([code, stderr]).toEqual([1, "a base backup is being taken already\n"]);
    first.tell("of the first");
    expect((await first.exited).code).toBe(0);
    const [name = "", ...more] = readdirSync(join(folder, "kept/71-1/base"));
    expect([name, more]).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z$/), []]);
    const base = join(folder, "kept/71-1/base", name);
    expect(readFileSync(join(base, "backup_manifest"), "utf8")).toBe("of the first\n");
  });

  it("needs no locks of the file system that the backups are on", async () => {
    // As one of a network: the lock is of descriptor 9.
    const locks = `[[ $(readlink /proc/self/fd/9) != */kept/* ]] || exit 71; PATH=${process.env["PATH"]} exec flock "$@"`;
    writeFileSync(join(folder, "flock"), `#!/bin/bash\n${locks}\n`, { mode: 0o755 });
    const taking = now();
    taking.tell(`"Timeline": 1, "Start-LSN": "0/7000028"`);
    const { code, stderr } = await taking.exited;
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("says so where it cannot lock at all, and not that another is taken", async () => {
    writeFileSync(join(folder, "flock"), "#!/bin/bash\nexit 71\n", { mode: 0o755 });
    const { code, stderr } = await now().exited;
    expect([code, stderr]).toEqual([1, `cannot lock ${join(folder, "taking")}\n`]);
  });

  it("is refused in a line of its own where the database does not answer", async () => {
    writeFileSync(join(folder, "psql"), "#!/bin/bash\nexit 2\n", { mode: 0o755 });
    const { code, stdout, stderr } = await now().exited;
    expect([code, stdout, stderr]).toEqual([1, "", "the database does not answer\n"]);
  });

  it("is done again where an earlier one was given up", async () => {
    const first = now();
    await first.sees(/streams/);
    first.signal("SIGKILL");
    await first.exited;
    const again = now();
    again.tell("of the second");
    expect((await again.exited).code).toBe(0);
  });

  it("is not begun by itself of another database than that of the others: they would be dropped for it", async () => {
    makeBase(join(folder, "kept"), "70-1", 20 * DAY_MS);
    makeBase(join(folder, "kept"), "70-2", 15 * DAY_MS);
    mkdirSync(join(folder, "kept/71-1/base"));
    const running = backup("run");
    await running.sees(/the backups are of another database than the one that runs/);
    running.signal("SIGTERM");
    await running.exited;
    expect([basesOf("70-1"), basesOf("70-2")]).toMatchObject([{ length: 1 }, { length: 1 }]);
    expect(basesOf("71-1")).toEqual([]);
    // The operator's word; from then on it is as with any other.
    const first = now();
    first.tell("");
    expect((await first.exited).code).toBe(0);
    expect(basesOf("71-1")).toHaveLength(1);
    // What comes after a base backup that is due.
    writeFileSync(join(folder, "kept/71-1/wal/000000010000000000000003"), "");
    const again = backup("run");
    await again.sees(/is packed/);
    again.signal("SIGTERM");
    expect((await again.exited).stdout).not.toContain("another database");
  });

  it("ends a gap that is from a time that has not come: it would be due each minute until then", async () => {
    const gap = join(folder, "kept/71-1/gap");
    writeFileSync(gap, "");
    utimesSync(gap, ago(-DAY_MS), ago(-DAY_MS));
    makeBase(join(folder, "kept"), "71-1", HOUR_MS);
    const running = backup("run");
    running.tell("");
    await running.sees(/took base backup/);
    running.signal("SIGTERM");
    await running.exited;
    expect(statSync(gap).mtimeMs).toBeLessThanOrEqual(Date.now());
  });

  it("tells of one from a time that has not come, and keeps the WAL that the earliest one needs", async () => {
    const start = (base: string, lsn: string) =>
      writeFileSync(join(base, "backup_manifest"), `"Timeline": 1, "Start-LSN": "0/${lsn}"`);
    const ahead = makeBase(join(folder, "kept"), "71-1", -DAY_MS);
    start(ahead, "3000028");
    start(makeBase(join(folder, "kept"), "71-1", HOUR_MS), "5000028");
    const taking = now();
    taking.tell(`"Timeline": 1, "Start-LSN": "0/7000028"`);
    const { code, stdout } = await taking.exited;
    expect(code).toBe(0);
    expect(stdout).toContain(`${ahead} is from a time that has not come`);
    const cleaned = join(folder, "kept/71-1/wal");
    expect(stdout).toContain(`cleans -x .gz ${cleaned} 000000010000000000000003\n`);
    expect(basesOf("71-1")).toHaveLength(3);
  });

  it("leaves no WAL of a life whose last base backup was dropped, but the name of its timeline", async () => {
    const write = (life: string, name: string, ageMs: number): void => {
      const path = join(folder, "kept", life, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "");
      utimesSync(path, ago(ageMs), ago(ageMs));
    };
    makeBase(join(folder, "kept"), "71-2", 20 * DAY_MS);
    write("71-2", "wal/00000002.history", 20 * DAY_MS);
    write("71-2", "wal/000000020000000000000003.gz", 19 * DAY_MS);
    write("71-2", "wal/000000020000000000000004.partial", 18 * DAY_MS);
    write("71-2", "wal-until-20261101T120000Z/000000020000000000000001.gz", 20 * DAY_MS);
    // It may be about to get its first.
    write("71-3", "wal/000000030000000000000001.partial", 0);
    const taking = now();
    taking.tell("");
    expect((await taking.exited).code).toBe(0);
    const left = readdirSync(join(folder, "kept"), { recursive: true, withFileTypes: true });
    const files = left.filter((each) => each.isFile() && /^0/.test(each.name));
    expect(files.map(({ name }) => name).sort()).toEqual([
      "00000002.history",
      "000000030000000000000001.partial",
    ]);
    expect(readdirSync(join(folder, "kept/71-2")).sort()).toEqual(["base", "wal"]);
  });
});
