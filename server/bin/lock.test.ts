import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withLock } from "./lock.mjs";

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-lock-"));
  file = join(folder, "below", "packages.lock");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

it("lets one work after the other", async () => {
  const seen: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const first = withLock(file, async () => {
    seen.push("first begins");
    await released;
    seen.push("first ends");
  });
  const second = withLock(file, () => seen.push("second"));
  release();
  await Promise.all([first, second]);
  expect(seen).toEqual(["first begins", "first ends", "second"]);
});

it("gives the lock back, whatever the work does", async () => {
  await expect(
    withLock(file, () => {
      expect(readFileSync(file, "utf8")).toBe(String(process.pid));
      throw new Error("no space left");
    }),
  ).rejects.toThrow("no space left");
  expect(existsSync(file)).toBe(false);
});

it("takes over from a holder that is gone", async () => {
  const gone = spawnSync(process.execPath, ["--eval", ""]).pid;
  await withLock(file, () => {});
  writeFileSync(file, String(gone));
  expect(await withLock(file, () => "done")).toBe("done");
  expect(existsSync(file)).toBe(false);
});
