import { BOUNDS } from "@croupier/shared/core/bounds";
import { describe, expect, it } from "vitest";
import { FrontSeats } from "./frontSeats.ts";

const names = (count: number) => Array.from({ length: count }, (_, at) => `p${at}`);

describe("the front seats", () => {
  it("are for those who come first", () => {
    const seats = new FrontSeats();
    for (const name of names(BOUNDS.frontSeats + 2)) seats.take(name);
    expect(seats.players()).toEqual(names(BOUNDS.frontSeats));
    expect(seats.placeOf(`p${BOUNDS.frontSeats}`)).toBe(-1);
  });

  it("keep their places, and so their colours", () => {
    const seats = new FrontSeats();
    const all = names(BOUNDS.frontSeats + 2);
    for (const name of all) seats.take(name);
    seats.leave("p3", all);
    expect(seats.placeOf("p4")).toBe(4);
    expect(seats.placeOf(`p${BOUNDS.frontSeats}`)).toBe(3);
  });

  it("stay free where nobody waits", () => {
    const seats = new FrontSeats();
    seats.take("a");
    seats.take("a");
    seats.leave("a", ["a"].slice(1));
    expect(seats.players()).toEqual([]);
    seats.take("b");
    expect(seats.placeOf("b")).toBe(0);
  });

  it("do not care who leaves the back", () => {
    const seats = new FrontSeats();
    for (const name of names(BOUNDS.frontSeats)) seats.take(name);
    seats.leave("nobody", []);
    expect(seats.players()).toHaveLength(BOUNDS.frontSeats);
  });
});
