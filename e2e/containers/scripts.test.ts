/** The scripts of `docker/` that need no engine. */
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repository, startProgram } from "../src/testing/processes.ts";

const DOCKER = join(repository, "docker");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-docker-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the secrets of a machine", () => {
  const secrets = () => join(folder, "secrets");
  const setUp = () =>
    startProgram(join(DOCKER, "setup.sh"), {
      args: [],
      env: { CROUPIER_SECRETS: secrets(), CROUPIER_CERTIFICATES: join(folder, "certificates") },
    }).exited;
  const contents = () =>
    new Map(
      readdirSync(secrets()).map((name) => [name, readFileSync(join(secrets(), name), "utf8")]),
    );

  it("are made once, and stay", async () => {
    expect((await setUp()).code).toBe(0);
    const made = contents();
    expect(made.size).toBe(9);
    expect(new Set(made.values()).size).toBe(9);
    expect((await setUp()).code).toBe(0);
    expect(contents()).toEqual(made);
  });

  it("are made where one is missing, and the others stay", async () => {
    await setUp();
    const made = contents();
    rmSync(join(secrets(), "jwt_secret"));
    await setUp();
    const { jwt_secret: again, ...others } = Object.fromEntries(contents());
    const { jwt_secret: first, ...before } = Object.fromEntries(made);
    expect(others).toEqual(before);
    expect(again).toMatch(/^[0-9a-f]{48}$/);
    expect(again).not.toBe(first);
  });

  it("lie where only their owner gets, and can be read by containers there", async () => {
    await setUp();
    expect(statSync(secrets()).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(secrets())) {
      expect(statSync(join(secrets(), name)).mode & 0o777).toBe(0o444);
    }
  });

  it("are made where the file of settings says, as Compose looks for them there", async () => {
    for (const script of ["setup.sh", "production.sh"]) {
      cpSync(join(DOCKER, script), join(folder, script));
    }
    writeFileSync(join(folder, ".env"), `CROUPIER_HOST=x\nCROUPIER_SECRETS="${secrets()}-kept"\n`);
    const env = { CROUPIER_SECRETS: "" };
    expect((await startProgram(join(folder, "setup.sh"), { args: [], env }).exited).code).toBe(0);
    expect(readdirSync(`${secrets()}-kept`)).toHaveLength(9);
  });

  it("give Redis a user whose password its address has, and nobody else", async () => {
    await setUp();
    const made = contents();
    const password = new URL(made.get("redis_url") ?? "").password;
    const hash = createHash("sha256").update(password).digest("hex");
    const [first, second, ...more] = made.get("redis_users")?.trim().split("\n") ?? [];
    expect(first).toBe("user default off");
    expect(second).toContain(`user house on #${hash} `);
    expect(more).toEqual([]);
  });
});

describe("a piece of the WAL", () => {
  const SEGMENT = "000000010000000000000002";
  const life = () => join(folder, "71-1");
  const fetch = async (name: string): Promise<string | null> => {
    const into = join(folder, "into");
    const args = [join(DOCKER, "backup/segment.sh"), life(), name, into];
    const { code } = await startProgram("bash", { args }).exited;
    return code === 0 ? readFileSync(into, "utf8") : null;
  };
  const write = (path: string, content: string | Buffer) =>
    writeFileSync(join(folder, path), content);

  beforeEach(() => {
    mkdirSync(join(folder, "71-1/wal"), { recursive: true });
    mkdirSync(join(folder, "71-2/wal"), { recursive: true });
  });

  it("is a packed segment, or one that is not packed yet, or the one being written", async () => {
    write(`71-1/wal/${SEGMENT}.partial`, "being written");
    expect(await fetch(SEGMENT)).toBe("being written");
    write(`71-1/wal/${SEGMENT}`, "whole");
    expect(await fetch(SEGMENT)).toBe("whole");
    write(`71-1/wal/${SEGMENT}.gz`, gzipSync("packed"));
    expect(await fetch(SEGMENT)).toBe("packed");
  });

  it("is found in the folder of before a gap, but for one that is whole elsewhere", async () => {
    mkdirSync(join(folder, "71-1/wal-until-20261121T120000Z"));
    write(`71-1/wal-until-20261121T120000Z/${SEGMENT}.partial`, "was being written");
    expect(await fetch(SEGMENT)).toBe("was being written");
    write(`71-1/wal/${SEGMENT}`, "whole");
    expect(await fetch(SEGMENT)).toBe("whole");
    write("71-1/wal-until-20261121T120000Z/000000010000000000000001.gz", gzipSync("packed"));
    expect(await fetch("000000010000000000000001")).toBe("packed");
  });

  it("is of this life only, but timelines are known from all of them", async () => {
    write(`71-2/wal/${SEGMENT}`, "another life's");
    write("71-2/wal/00000002.history", "the second life");
    expect(await fetch(SEGMENT)).toBeNull();
    expect(await fetch("00000002.history")).toBe("the second life");
    expect(await fetch("00000003.history")).toBeNull();
  });
});

describe("a base backup", () => {
  it("needs the WAL from the segment that its manifest names", async () => {
    const ranges = [{ Timeline: 10, "Start-LSN": "A/3F000028", "End-LSN": "A/3F000120" }];
    const written = JSON.stringify({ "WAL-Ranges": ranges })
      .replaceAll('":', '": ')
      .replaceAll(',"', ', "');
    writeFileSync(join(folder, "backup_manifest"), written);
    const script = `. "${join(DOCKER, "backup/lives.sh")}"; first_segment_of "${folder}"`;
    const { stdout } = await startProgram("bash", { args: ["-c", script] }).exited;
    expect(stdout.trim()).toBe("0000000A0000000A0000003F");
  });
});
