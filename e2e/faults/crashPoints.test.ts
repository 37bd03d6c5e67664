import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../src/testing/processes.ts";
import { CRASH_ROWS } from "./crashPoints.ts";
import { ROWS_ELSEWHERE, SUITES } from "./suites.ts";

const specification = readFileSync(join(repository, "server/docs/specification.md"), "utf8");
const [, crashPoints = ""] = specification.split("## 9. Crash points");
const rows = Array.from(crashPoints.matchAll(/^\| ([A-Z]\d+) \|/gm), ([, row]) => row ?? "");

it("kills real servers at every crash point that the specification lists, and at no other", () => {
  expect(rows.length).toBeGreaterThan(30);
  expect([...CRASH_ROWS, ...Object.keys(ROWS_ELSEWHERE)].sort()).toEqual(rows.toSorted());
});

it("leaves to other suites only what they do", () => {
  const names = SUITES.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.values(ROWS_ELSEWHERE)));
});
