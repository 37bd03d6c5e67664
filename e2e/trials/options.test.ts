import { describe, expect, it } from "vitest";
import { UsageError } from "../command/flags.ts";
import { readTrialFlags, trialUsage } from "./options.ts";
import { TRIALS } from "./trials.ts";

const read = (...args: readonly string[]) => readTrialFlags(args, TRIALS);

describe("the trials' flags", () => {
  it("have a value each where none is given", () => {
    expect(read()).toEqual({
      only: [],
      brief: false,
      seed: 1,
      json: undefined,
      players: undefined,
      sockets: undefined,
      turns: undefined,
    });
  });

  it("choose trials and their scale", () => {
    const given = ["--only", "chaos", "--only", "redis", "--brief", "--turns", "7", "--seed", "3"];
    expect(read(...given, "--players", "9", "--sockets", "100")).toMatchObject({
      only: ["chaos", "redis"],
      brief: true,
      turns: 7,
      seed: 3,
      players: 9,
      sockets: 100,
    });
  });

  it.each([
    [["--only", "rain"], /--only takes rolling, .*, not "rain"/],
    [["--turns", "0"], /--turns takes a whole number/],
    [["--players", "many"], /--players takes a whole number/],
    [["--wish"], /--wish/],
  ])("are refused in one line: %s", (args, words) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(words);
  });

  it("are explained, each trial with what it does", () => {
    expect(read("--help")).toBeNull();
    for (const { name, does } of TRIALS) {
      expect(trialUsage(TRIALS)).toContain(`${name.padEnd(10)} ${does}`);
    }
  });
});
