import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it.each([
  [["--nope"], "Unknown option '--nope'"],
  [["blackjack"], "There is no benchmark blackjack."],
  [["--runs", "0", "takeover"], '--runs takes a whole number above zero, not "0".'],
])("says what is wrong with %j, and what there is", (given, what) => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ["server/bench/main.ts", ...given],
    { encoding: "utf8" },
  );
  expect(stderr.slice(0, what.length)).toBe(what);
  expect(stderr).toContain("takeover");
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stdout).toBe("");
  expect(status).toBe(2);
});
