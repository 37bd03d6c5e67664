import { relative } from "node:path";

/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed tests that failed, and files that failed before their first test
 * @property {number} skipped
 *
 * @typedef {object} TestFile
 * @property {string} name its path
 * @property {string} status
 * @property {string} message why it did not load; empty where it did
 * @property {{ status: string, fullName: string, failureMessages: string[] }[]} assertionResults
 */

/**
 * Counts what Vitest's JSON report says.
 *
 * @param {{ testResults: TestFile[] } | undefined} report undefined where there is none: one failure
 * @returns {Count}
 */
export function countOf(report) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    const failedBefore = count.failed;
    for (const { status } of file.assertionResults) {
      if (status === "passed") count.passed += 1;
      else if (status === "failed") count.failed += 1;
      else count.skipped += 1;
    }
    if (file.status === "failed" && count.failed === failedBefore) count.failed += 1;
  }
  return count;
}

/**
 * A line for each failure that `countOf` counts, to be read at the end of a long run.
 *
 * @param {{ testResults: TestFile[] } | undefined} report
 * @returns {string[]} what failed, and shortly why
 */
export function failuresOf(report) {
  if (report === undefined) return ["there is no report of the tests"];
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const tests = assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => `${file} > ${test.fullName}: ${shortly(test.failureMessages[0])}`);
    if (status !== "failed" || tests.length > 0) return tests;
    return [`${file}: ${shortly(message)}`];
  });
}

const MOST = 400;

/** What it says before it tells where, on one line. @param {string | undefined} text */
function shortly(text) {
  const lines = (text ?? "").split("\n").map((line) => line.trim());
  const end = lines.findIndex((line) => line.startsWith("at "));
  const said = lines.slice(0, end < 0 ? lines.length : end).filter(Boolean);
  return said.join(" | ").slice(0, MOST) || "no reason given";
}

/** @param {Count} count */
export function closingLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}
