import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../src/testing/processes.ts";
import { CRASH_ROWS } from "./crashPoints.ts";
import { ROWS_ELSEWHERE, ROWS_OF_TESTS, SUITES } from "./suites.ts";

const specification = readFileSync(join(repository, "server/docs/specification.md"), "utf8");
const [, crashPoints = ""] = specification.split("## 9. Crash points");
const rows = Array.from(crashPoints.matchAll(/^\| ([A-Z]\d+) \|/gm), ([, row]) => row ?? "");

it("has each crash point of the specification in one place, and no other", () => {
  expect(CRASH_ROWS.length).toBeGreaterThan(30);
  const places = [...CRASH_ROWS, ...Object.keys(ROWS_ELSEWHERE), ...ROWS_OF_TESTS];
  expect(places.sort()).toEqual(rows.toSorted());
});

it("leaves to other suites only what they do", () => {
  const names = SUITES.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.values(ROWS_ELSEWHERE)));
});

it("leaves to tests without a process only what no process dies of", () => {
  const points = new Map(
    Array.from(crashPoints.matchAll(/^\| ([A-Z]\d+) \| ([^|]+) \|/gm), ([, row, point]) => [
      row,
      point,
    ]),
  );
  for (const row of ROWS_OF_TESTS) expect(points.get(row), row).toContain("the process lives");
});
