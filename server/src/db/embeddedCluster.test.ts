import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeDurably } from "../platform/durableFile.ts";
import { passwordIn } from "./embeddedCluster.ts";

/** The real ones, which remember what they were asked for. */
vi.mock("../platform/durableFile.ts", { spy: true });

let folder = "";
let path = "";
beforeEach(() => {
  vi.clearAllMocks();
  folder = mkdtempSync(join(tmpdir(), "croupier-cluster-"));
  path = join(folder, "postgres.password");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the password of the cluster", () => {
  it("is made once, outlives a power cut, and is its owner's to read", async () => {
    const made = await passwordIn(folder);
    expect(made).toMatch(/^[0-9a-f]{48}$/);
    expect(writeDurably).toHaveBeenCalledExactlyOnceWith(path, made);
    expect(await passwordIn(folder)).toBe(made);
    expect(readFileSync(path, "utf8")).toBe(made);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is never empty: what a power cut left of its writing once is none", async () => {
    writeFileSync(path, "");
    const made = await passwordIn(folder);
    expect(made).not.toBe("");
    expect(await passwordIn(folder)).toBe(made);
  });
});
