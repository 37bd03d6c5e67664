import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { mutated, readMutants } from "./mutants.mjs";

const all = await readMutants();

describe("every mutant", () => {
  it("has a name of its own", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it.each(all.map((mutant) => [mutant.name, mutant] as const))("fits the code: %s", (_, mutant) => {
    expect(mutated(mutant)).toContain(mutant.replace);
    expect(mutant.replace).not.toBe(mutant.find);
    expect(mutant.why).not.toBe("");
  });
});

it("does not take a text that is not there, or is there twice", () => {
  const mutant = { name: "a", file: "b.ts", find: "x", replace: "y", why: "a test" };
  expect(mutated(mutant, "1 x 2")).toBe("1 y 2");
  expect(() => mutated(mutant, "1")).toThrow(/0 places/);
  expect(() => mutated(mutant, "x x")).toThrow(/2 places/);
});

describe("a program that was started with a mutant", () => {
  const register = fileURLToPath(new URL("register.mjs", import.meta.url));
  const step = new URL("../../shared/src/core/table/step.ts", import.meta.url).href;
  const script = `const { seedCountsFrom } = await import("${step}");
    console.log(seedCountsFrom({ stage: "opening", round: 1 }))`;
  const run = (names: string) =>
    execFileSync(
      process.execPath,
      ["--import", register, "--input-type=module", "--eval", script],
      { env: { ...process.env, MUTANT: names }, encoding: "utf8", stdio: "pipe" },
    );

  it("has that mistake, and without one has none", () => {
    expect(run("seed-counts-too-early")).toBe("2\n");
    expect(run("")).toBe("3\n");
  });

  it("does not start with one that there is not", () => {
    expect(() => run("no-such-mutant")).toThrow(/there is no mutant no-such-mutant/);
  });
});
