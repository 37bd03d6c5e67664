import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tryLock } from "./fileLock.ts";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "file-lock-"));
  file = join(folder, "some.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is one's alone, until it is released", () => {
  const lock = tryLock(file, "alone");
  expect(tryLock(file, "alone")).toBeNull();
  expect(tryLock(file, "shared")).toBeNull();
  lock?.release();
  lock?.release();
  const next = tryLock(file, "alone");
  expect(next).not.toBeNull();
  next?.release();
});

it("is shared, and then nobody's alone", () => {
  const locks = [tryLock(file, "shared"), tryLock(file, "shared")];
  expect(locks).not.toContain(null);
  for (const lock of locks) {
    expect(tryLock(file, "alone")).toBeNull();
    lock?.release();
  }
  const alone = tryLock(file, "alone");
  expect(alone).not.toBeNull();
  alone?.release();
  expect(statSync(file).size).toBe(0);
});

it.each(["alone", "shared"] as const)("ends with its process: %s", async (mode) => {
  const module = JSON.stringify(join(import.meta.dirname, "fileLock.ts"));
  const script = `import(${module}).then(({ tryLock }) => {
    console.log(tryLock(${JSON.stringify(file)}, "${mode}") !== null);
    setInterval(() => undefined, 1_000);
  })`;
  const child = spawn(process.execPath, ["--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(String((await once(child.stdout, "data"))[0])).toBe("true\n");
  expect(tryLock(file, "alone")).toBeNull();
  child.kill("SIGKILL");
  await once(child, "exit");
  const lock = tryLock(file, "alone");
  expect(lock).not.toBeNull();
  lock?.release();
});
