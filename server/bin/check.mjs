/**
 * What `npm test` and `npm run check` run: types, format and lint, unused code, and all tests.
 *
 *   (no arguments)        everything
 *   --static              everything but the tests
 *   anything else         only the tests, with the arguments handed to Vitest
 *
 * The last line is `N passed, N failed`, counting tests; a test file that does not load is one
 * that failed. A test that is skipped fails the whole.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { exitMessage, timed } from "./checkSteps.mjs";
import { cache } from "./paths.mjs";
import { closingLine, countOf, failuresOf } from "./testCount.mjs";

const given = process.argv.slice(2);
const staticOnly = given.length === 1 && given[0] === "--static";
const filtered = given.length > 0 && !staticOnly;

/** @param {string} name @param {string} path @param {string[]} arguments_ */
const step = (name, path, ...arguments_) => ({ name, arguments_: [path, ...arguments_] });
const types = ["shared", "server", "client", "e2e", "docker", ".config"].map((folder) =>
  step(`types ${folder}`, "node_modules/typescript/bin/tsc", "--noEmit", "-p", folder),
);
const statics = [
  ...types,
  step(
    "format and lint",
    "node_modules/@biomejs/biome/bin/biome",
    "check",
    ".",
    "--error-on-warnings",
  ),
  step("unused code", "node_modules/knip/bin/knip.js", "--config", ".config/knip.json"),
];

const report = join(cache, "tests.json");

async function runStatics() {
  const waiting = [...statics];
  let failed = 0;
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { code, output, seconds } = await timed(next.arguments_, "pipe");
      console.log(`${code === 0 ? "✓" : "✗"} ${next.name} (${seconds} s)`);
      if (code === 0) continue;
      failed += 1;
      console.log(output.trim() || exitMessage(code));
    }
  };
  await Promise.all([worker(), worker()]);
  return failed;
}

async function runTests() {
  mkdirSync(cache, { recursive: true });
  rmSync(report, { force: true });
  const arguments_ = [
    ...["node_modules/vitest/vitest.mjs", "run", "--config", ".config/vitest.config.ts"],
    ...["--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    ...given,
  ];
  const { code, seconds } = await timed(arguments_, "inherit");
  const ended = readReport();
  const count = countOf(ended);
  const skipped = filtered ? 0 : count.skipped;
  if (skipped > 0) console.log(`${skipped} tests did not run: a test runs or is not there.`);
  const good = code === 0 && count.failed === 0 && skipped === 0;
  if (!good && count.failed === 0) console.log(`The tests ended badly. ${exitMessage(code)}`);
  for (const failure of failuresOf(ended)) console.log(`✗ ${failure}`);
  console.log(`${good ? "✓" : "✗"} tests (${seconds} s)`);
  return { good, count };
}

function readReport() {
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return undefined;
  }
}

const failedSteps = filtered ? 0 : await runStatics();
let good = failedSteps === 0;
if (!staticOnly) {
  const tests = await runTests();
  good &&= tests.good;
  if (failedSteps > 0) console.log(`${failedSteps} of the static checks failed, see above.`);
  console.log(closingLine(tests.count));
}
process.exitCode = good ? 0 : 1;
