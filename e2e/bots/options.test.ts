import { describe, expect, it } from "vitest";
import { UsageError } from "../command/flags.ts";
import { readOptions } from "./options.ts";

describe("the bots' command line", () => {
  it("has a default for everything", () => {
    expect(readOptions([])).toMatchObject({
      url: "http://127.0.0.1:2567",
      players: 50,
      durationMs: 30_000,
      tables: [],
      strategy: "mixed",
      workers: 1,
      rampMs: 500,
      churn: 0,
      slos: [],
    });
  });

  it("takes every flag of the interface", () => {
    const line =
      "--url http://casino.example/ --players 200 --duration 2m --tables a,b --strategy spread --seed 7" +
      " --workers 3 --ramp 1.5s --churn 0.5 --slo p99=100ms --slo max=2s --json r.json --html r.html";
    expect(readOptions(line.split(" "))).toEqual({
      url: "http://casino.example",
      players: 200,
      durationMs: 120_000,
      tables: ["a", "b"],
      strategy: "spread",
      seed: 7,
      workers: 3,
      rampMs: 1500,
      churn: 0.5,
      slos: [
        { metric: "p99", limitMs: 100 },
        { metric: "max", limitMs: 2000 },
      ],
      json: "r.json",
      html: "r.html",
    });
  });

  it("answers null where help is asked for", () => {
    expect(readOptions(["--help"])).toBeNull();
  });

  it.each([
    [["--players", "0"], "--players"],
    [["--players", "1.5"], "--players"],
    [["--duration", "long"], "--duration"],
    [["--strategy", "winning"], "--strategy"],
    [["--url", "ftp://x"], "--url"],
    [["--slo", "p98=1ms"], "--slo"],
    [["--slo", "p99"], "--slo"],
    [["--churn", "-1"], "--churn"],
    [["--workers", "65"], "--workers"],
    [["--bogus"], "--bogus"],
    [["stray"], "stray"],
  ])("refuses %j by name", (args, named) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(named);
  });
});
