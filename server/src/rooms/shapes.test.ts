import { BOUNDS } from "@croupier/shared/core/bounds";
import { describe, expect, it } from "vitest";
import { MalformedError, readChat, readChips, readOp, readSeed } from "./shapes.ts";

describe("what comes out of a payload cannot surprise the table", () => {
  it.each([
    [5n, Number.NaN],
    ["5", Number.NaN],
    [{ valueOf: () => 5 }, Number.NaN],
    [Object.create(null), Number.NaN],
    [undefined, Number.NaN],
    [-1, -1],
    [0.5, 0.5],
  ])("the amount %s", (amount, expected) => {
    expect(readChips({ chips: [["red", amount]] })).toEqual([["red", expected]]);
  });

  it("a spot is short", () => {
    const [[spot]] = readChips({ chips: [["x".repeat(10_000), 1]] }) as [[string, number]];
    expect(spot.length).toBeLessThanOrEqual(64);
  });

  it("a batch has an end", () => {
    const chips = Array.from({ length: BOUNDS.placementsPerBatch }, () => ["red", 1]);
    expect(readChips({ chips })).toHaveLength(BOUNDS.placementsPerBatch);
    expect(() => readChips({ chips: [...chips, ["red", 1]] })).toThrow(MalformedError);
  });
});

describe("ids", () => {
  it.each(["a", "A-Z_09", "x".repeat(64)])("takes %s", (text) => {
    expect(readOp({ op: text })).toBe(text);
    expect(readSeed({ seed: text })).toBe(text);
  });

  it.each(["", " ", "a b", "é", "x".repeat(65), "a\n", 1, null, ["a"], {}])(
    "refuses %j",
    (value) => {
      expect(() => readOp({ op: value })).toThrow(MalformedError);
      expect(() => readSeed({ seed: value })).toThrow(MalformedError);
    },
  );

  it.each([null, undefined, 5, "text", []])("refuses the payload %j", (payload) => {
    for (const readPayload of [readOp, readSeed, readChips, readChat]) {
      expect(() => readPayload(payload)).toThrow(MalformedError);
    }
  });
});

describe("a chat line", () => {
  it.each([
    ["  hello   there\t\n", "hello there"],
    ["a\u0000b\u001b[31m", "ab[31m"],
    ["right\u202eleft", "rightleft"],
    ["👩‍👩‍👧 family", "👩‍👩‍👧 family"],
    ["x".repeat(200), "x".repeat(200)],
    ["🎲".repeat(200), "🎲".repeat(200)],
  ])("%j is %j", (text, expected) => {
    expect(readChat({ text })).toBe(expected);
  });

  it.each(["", " \n", "\u0000", "x".repeat(201), "🎲".repeat(201), 5])("refuses %j", (text) => {
    expect(() => readChat({ text })).toThrow(MalformedError);
  });
});
