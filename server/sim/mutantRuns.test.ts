import { describe, expect, it } from "vitest";
import { readMutants } from "../mutants/mutants.mjs";
import { MUTANT_ROUNDS, runMutant } from "./mutantRuns.ts";

const MUTANTS = await readMutants("simulator");
/** Each is a process of its own. */
const LONG = { timeout: 120_000 };

describe("a mistake in the code is caught by the simulator", () => {
  it.each(MUTANTS)("$name: $why", LONG, async ({ name }) => {
    const { by, complaint } = await runMutant(name, MUTANT_ROUNDS);
    expect(complaint).toMatch(/^seed \d+, by /);
    // What breaks the simulator alone has not been recognised.
    expect(by).toMatch(/^(auditor|assertion)$/);
  });
});
