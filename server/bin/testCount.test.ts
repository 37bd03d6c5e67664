import { expect, it } from "vitest";
import { closingLine, countOf } from "./testCount.mjs";

const tests = (...statuses: string[]) => statuses.map((status) => ({ status }));

it("counts tests over all files", () => {
  const report = {
    testResults: [
      { status: "passed", assertionResults: tests("passed", "passed", "skipped", "todo") },
      { status: "failed", assertionResults: tests("passed", "failed") },
    ],
  };
  expect(countOf(report)).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

it("counts a file that did not load as one failure", () => {
  const report = { testResults: [{ status: "failed", assertionResults: [] }] };
  expect(countOf(report)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it("counts a run without a report as a failure", () => {
  expect(countOf(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it("closes with one plain line", () => {
  expect(closingLine({ passed: 12, failed: 3, skipped: 0 })).toBe("12 passed, 3 failed");
});
