import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bots, verify } from "./testing/commands.ts";
import { freePort } from "./testing/ports.ts";
import type { TestServer } from "./testing/server.ts";
import { quickTables, startServer } from "./testing/server.ts";

let server: TestServer;
let folder = "";
let record: Record<string, unknown> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-verify-"));
  server = await startServer({ env: { TABLES: quickTables(["main"]) } });
  const { code } = await bots("--url", server.url, ..."--players 6 --duration 6s".split(" "));
  expect(code).toBe(0);
  record = await roundWithBets();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The first round in which a bot had chips. */
async function roundWithBets(): Promise<Record<string, unknown>> {
  for (let round = 1; ; round += 1) {
    const response = await fetch(`${server.url}/api/rounds/main/${round}`);
    if (!response.ok) throw new Error("no round has bets");
    const found = (await response.json()) as Record<string, unknown>;
    if (found["status"] === "settled" && (found["bets"] as unknown[]).length > 0) return found;
  }
}

function fileWith(content: unknown): string {
  const file = join(folder, "record.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** A text with its character in the middle exchanged for another of its kind. */
function flipped(text: string): string {
  const middle = Math.floor(text.length / 2);
  const character = text.charAt(middle);
  const other = /[0-9]/.test(character)
    ? `${(Number(character) + 1) % 10}`
    : character === "a"
      ? "b"
      : "a";
  return text.slice(0, middle) + other + text.slice(middle + 1);
}

describe("the verifier", () => {
  it("finds a round of a running server genuine", async () => {
    const { code, stdout } = await verify("--url", server.url, "--table", "main", "--round", "1");
    expect(stdout).toContain("ok     round 1 outcome");
    expect(stdout).toContain("ok     round 1 anchor");
    expect(stdout).not.toContain("FAILED");
    expect(code).toBe(0);
  });

  it("finds a range of rounds genuine, each committed to by the one before", async () => {
    const { code, stdout } = await verify(
      "--url",
      server.url,
      "--table",
      "main",
      "--rounds",
      "1..3",
    );
    expect(stdout).toContain("ok     round 3 chain");
    expect(stdout).toContain("All 3 rounds are genuine.");
    expect(code).toBe(0);
  });

  it("takes a record from a file without any network", async () => {
    const { code, stdout } = await verify("--file", fileWith(record));
    expect(stdout).toContain("ok     ");
    expect(code).toBe(0);
  });

  it.each(["commitment", "seed", "entropy", "betsDigest", "pocket", "openedAt", "settledAt"])(
    "names %s after one character of it was changed",
    async (field) => {
      const changed = { ...record, [field]: flipped(String(record[field])) };
      const { code, stdout } = await verify("--file", fileWith(changed));
      expect(
        stdout
          .split("\n")
          .filter((line) => line.startsWith("FAILED"))
          .join(),
      ).toContain(field);
      expect(stdout).toContain("Not genuine.");
      expect(code).toBe(1);
    },
  );

  it("names the payouts after one of them was changed", async () => {
    const [first, ...rest] = record["payouts"] as readonly { returned: number }[];
    const changed = {
      ...record,
      payouts: [{ ...first, returned: (first?.returned ?? 0) + 1 }, ...rest],
    };
    const { code, stdout } = await verify("--file", fileWith(changed));
    expect(stdout).toMatch(/FAILED .*payouts/);
    expect(code).toBe(1);
  });

  it.each<[string, () => readonly string[], string]>([
    [
      "an unknown table",
      () => ["--url", server.url, "--table", "nowhere", "--round", "1"],
      "no table nowhere",
    ],
    [
      "a round to come",
      () => ["--url", server.url, "--table", "main", "--round", "99999"],
      "no round 99999",
    ],
    ["a file that is not there", () => ["--file", join(folder, "none.json")], "cannot be read"],
    ["a file that is not JSON", () => ["--file", fileWith("{")], "is not JSON"],
  ])("says in one line what is wrong with %s", async (_, args, message) => {
    const { code, stderr } = await verify(...args());
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });

  it("says so where nothing answers", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await verify("--url", url, "--table", "main", "--round", "1");
    expect(stderr).toContain("does not answer");
    expect(code).toBe(1);
  });

  it.each([
    ["--round", "0"],
    ["--rounds", "3..1"],
    ["--rounds", "1-3"],
    ["--bogus", "1"],
  ])("refuses %s %s with its usage", async (flag, value) => {
    const { code, stderr } = await verify("--table", "main", flag, value);
    expect(stderr).toContain("Usage:");
    expect(code).toBe(2);
  });
});
