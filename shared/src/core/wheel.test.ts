import { describe, expect, it } from "vitest";
import { InvariantError } from "./assert.ts";
import { WHEELS } from "./types.ts";
import {
  canonicalPocketsOf,
  colourOf,
  isPocketOf,
  isZero,
  pocketOrder,
  pocketsOf,
  ZERO_RULES_OF,
} from "./wheel.ts";

const NUMBERS = Array.from({ length: 36 }, (_, index) => String(index + 1));

describe("the wheels", () => {
  it.each([
    ["european", ["0"]],
    ["american", ["0", "00"]],
    ["triple-zero", ["0", "00", "000"]],
  ] as const)("%s has each of its pockets once", (wheel, zeros) => {
    expect(pocketsOf(wheel)).toHaveLength(zeros.length + 36);
    expect(pocketsOf(wheel).toSorted()).toEqual([...zeros, ...NUMBERS].toSorted());
    expect(canonicalPocketsOf(wheel)).toEqual([...zeros, ...NUMBERS]);
  });

  it.each(WHEELS)("%s begins at 0", (wheel) => {
    expect(pocketsOf(wheel)[0]).toBe("0");
  });

  it("has colours that alternate all around the European wheel", () => {
    const colours = pocketsOf("european").slice(1).map(colourOf);
    expect(colours).toEqual(NUMBERS.map((_, index) => (index % 2 === 0 ? "red" : "black")));
  });

  it("has 0 across from 00 and each odd number across from the next on the American wheel", () => {
    const pockets = pocketsOf("american");
    const across = (pocket: string) => pockets[(pockets.indexOf(pocket) + 19) % 38];
    expect(across("0")).toBe("00");
    for (let odd = 1; odd < 36; odd += 2) expect(across(String(odd))).toBe(String(odd + 1));
  });

  it("has the European order after its three zeros on the triple-zero wheel", () => {
    expect(pocketsOf("triple-zero").slice(0, 3)).toEqual(["0", "000", "00"]);
    expect(pocketsOf("triple-zero").slice(3)).toEqual(pocketsOf("european").slice(1));
  });
});

describe("pockets", () => {
  it("are red on 18 numbers, black on 18, green on every zero", () => {
    for (const pocket of ["0", "00", "000"]) expect(colourOf(pocket)).toBe("green");
    for (const pocket of NUMBERS) {
      const number = Number(pocket);
      // In the first and third run of the felt odd is red, in the other two even.
      const oddIsRed = number <= 10 || (number >= 19 && number <= 28);
      expect(colourOf(pocket), pocket).toBe((number % 2 === 1) === oddIsRed ? "red" : "black");
    }
  });

  it("are labels, not numbers: 00 is not 0", () => {
    expect(isPocketOf("european", "0")).toBe(true);
    expect(isPocketOf("european", "00")).toBe(false);
    expect(isPocketOf("american", "000")).toBe(false);
    expect(isPocketOf("triple-zero", "000")).toBe(true);
    expect(isPocketOf("european", "37")).toBe(false);
    expect(isPocketOf("european", "01")).toBe(false);
    expect(["0", "00", "000", "1", "10"].map(isZero)).toEqual([true, true, true, false, false]);
  });

  it("have the canonical order 0, 00, 000, 1 … 36", () => {
    expect(["0", "00", "000", "1", "36"].map(pocketOrder)).toEqual([0, 1, 2, 3, 38]);
    expect(() => pocketOrder("37")).toThrow(InvariantError);
  });
});

describe("zero rules", () => {
  it("halve only where a wheel has such a rule", () => {
    expect(ZERO_RULES_OF).toEqual({
      european: ["la-partage", "none"],
      american: ["none", "surrender"],
      "triple-zero": ["none"],
    });
  });
});
