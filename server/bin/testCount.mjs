/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed tests that failed, and files that failed before their first test
 * @property {number} skipped
 *
 * @typedef {object} TestFile
 * @property {string} status
 * @property {{ status: string }[]} assertionResults
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

/** @param {Count} count */
export function closingLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}
