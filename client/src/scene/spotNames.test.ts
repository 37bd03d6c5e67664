import { layoutOf } from "@croupier/shared/core/spots";
import { WHEELS } from "@croupier/shared/core/types";
import { describe, expect, it } from "vitest";
import { spotName } from "./spotNames.ts";

const CASES = [
  ["straight:0", "Straight up 0"],
  ["split:17-20", "Split 17/20"],
  ["street:13-14-15", "Street 13–15"],
  ["trio:0-1-2", "Trio 0/1/2"],
  ["corner:25-26-28-29", "Corner 25/26/28/29"],
  ["first-four", "First four 0/1/2/3"],
  ["six-line:1-2-3-4-5-6", "Six line 1–6"],
  ["dozen:2", "Second dozen 13–24"],
  ["column:3", "Third column"],
  ["red", "Red"],
  ["low", "Low 1–18"],
] as const;

describe("spot names", () => {
  it.each(CASES)("%s is called %s", (id, name) => {
    const spot = layoutOf("european").find(id);
    expect(spot && spotName(spot)).toBe(name);
  });

  it.each(WHEELS)("tell all spots of the %s felt apart", (wheel) => {
    const names = layoutOf(wheel).spots.map(spotName);
    expect(new Set(names).size).toBe(names.length);
  });
});
