import { resolve } from "node:path";
import { expect, it } from "vitest";
import { closingLine, countOf, failuresOf } from "./testCount.mjs";

const test = (status: string, fullName = "", ...failureMessages: string[]) => ({
  status,
  fullName,
  failureMessages,
});
const tests = (...statuses: string[]) => statuses.map((status) => test(status));
const file = (status: string, assertionResults: ReturnType<typeof tests>) => ({
  name: resolve("server/a.test.ts"),
  status,
  message: "",
  assertionResults,
});

it("counts tests over all files", () => {
  const report = {
    testResults: [
      file("passed", tests("passed", "passed", "skipped", "todo")),
      file("failed", tests("passed", "failed")),
    ],
  };
  expect(countOf(report)).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

it("counts a file that did not load as one failure", () => {
  const report = { testResults: [file("failed", [])] };
  expect(countOf(report)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it("counts a run without a report as a failure", () => {
  expect(countOf(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it("closes with one plain line", () => {
  expect(closingLine({ passed: 12, failed: 3, skipped: 0 })).toBe("12 passed, 3 failed");
});

it("names what failed, and shortly why", () => {
  const wrong = test(
    "failed",
    "a round is settled",
    "the third:\n  1 is not 2\n    at x\n    at y",
  );
  const report = {
    testResults: [
      file("failed", [test("passed"), wrong]),
      {
        ...file("failed", []),
        name: resolve("b.test.ts"),
        message: "Cannot find module\n    at y",
      },
      file("passed", tests("passed")),
    ],
  };
  expect(failuresOf(report)).toEqual([
    "server/a.test.ts > a round is settled: the third: | 1 is not 2",
    "b.test.ts: Cannot find module",
  ]);
  expect(failuresOf(undefined)).toEqual(["there is no report of the tests"]);
});
