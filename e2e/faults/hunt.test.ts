import { expect, it } from "vitest";
import { linesOfHunt } from "./hunt.ts";

const broken = { suite: "kill", mutants: ["answers-before-commit"] };

it("tells what shows the mistake, and nothing else", () => {
  const findings = ["a drain: not within 5 ms", "the audit: balances: 3\nand more"];
  expect(linesOfHunt({ ...broken, caughtBy: findings[1] ?? null, findings })).toEqual([
    "caught kill: answers-before-commit",
    "  the audit: balances: 3",
  ]);
});

it("tells of a mistake that was missed, with whatever was found instead", () => {
  const findings = ["a drain: not within 5 ms"];
  expect(linesOfHunt({ ...broken, caughtBy: null, findings })).toEqual([
    "MISSED kill: answers-before-commit",
    "  a drain: not within 5 ms",
  ]);
});
