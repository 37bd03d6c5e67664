import { describe, expect, it } from "vitest";
import { UsageError } from "../command/flags.ts";
import { readOptions, usage } from "./options.ts";
import { SUITES } from "./suites.ts";

describe("the flags of the fault suite", () => {
  it("run everything in full where none is given", () => {
    expect(readOptions([], SUITES)).toEqual({
      only: [],
      kills: 200,
      seed: 1,
      players: 100,
      processes: 1,
      brief: false,
      broken: false,
      json: undefined,
    });
  });

  it("choose suites and their size", () => {
    const flags =
      "--only kill --only stop --kills 7 --seed 3 --players 20 --processes 3 --brief --broken";
    expect(readOptions(flags.split(" "), SUITES)).toMatchObject({
      only: ["kill", "stop"],
      kills: 7,
      seed: 3,
      players: 20,
      processes: 3,
      brief: true,
      broken: true,
    });
  });

  it("ask for help", () => {
    expect(readOptions(["-h"], SUITES)).toBeNull();
    for (const { does } of SUITES) expect(usage(SUITES)).toContain(does);
  });

  it.each([
    [["--only", "nothing"], /--only takes kill/],
    [["--kills", "0"], /--kills takes a whole number/],
    [["--players", "many"], /--players takes a whole number/],
    [["--processes", "17"], /--processes takes a whole number, 1 to 16/],
    [["--processes", "2"], /--processes takes 1, or 3 and more/],
    [["--nonsense"], /nonsense/],
  ])("say what is wrong with %j", (flags, message) => {
    expect(() => readOptions(flags, SUITES)).toThrow(UsageError);
    expect(() => readOptions(flags, SUITES)).toThrow(message);
  });
});
