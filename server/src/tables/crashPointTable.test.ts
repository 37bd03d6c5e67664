/** The specification's table of crash points and the tests that prove it, held to each other. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const SPECIFICATION = join(import.meta.dirname, "../../docs/specification.md");

/** `R1: what the row says of the point`, of every row. */
function rows(): string[] {
  const text = readFileSync(SPECIFICATION, "utf8");
  return Array.from(
    text.matchAll(/^\| ([A-Z]\d+) \| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm),
    ([, id, words]) => `${id}: ${words}`,
  );
}

/** The names of the tests of crash points; one that is skipped counts for nothing. */
function tests(): string[] {
  const files = readdirSync(import.meta.dirname).filter((name) =>
    /^crashPoints.*\.integration\.test\.ts$/.test(name),
  );
  return files.flatMap((name) => {
    const text = readFileSync(join(import.meta.dirname, name), "utf8");
    return Array.from(text.matchAll(/^ +it\(\s*"([A-Z]\d+: [^"]+)"/gm), ([, test]) => String(test));
  });
}

it("has a row for each test, and a test for each row", () => {
  expect(rows().length).toBeGreaterThan(30);
  expect(tests().sort()).toEqual(rows().sort());
});

it("has each of them once", () => {
  const ids = rows().map((row) => row.split(":")[0]);
  expect(ids).toEqual([...new Set(ids)]);
});
