import { describe, expect, it } from "vitest";
import { DrivenTable } from "../../testing/drivenTable.ts";
import { hasPlace, placesTaken } from "./state.ts";

const RED = { chips: [["red", 10]] } as const;

/** Whose places are taken, of those who play here. */
const placesAt = ({ state }: DrivenTable) => {
  const taken = ["ann", "bob"].filter((playerId) => hasPlace(state, playerId));
  expect(placesTaken(state)).toBe(taken.length);
  return taken;
};

/** Ann and Bob sit at a table that takes bets. */
function playing(): DrivenTable {
  const table = new DrivenTable();
  table.sit("ann");
  table.sit("bob");
  table.until("betting");
  return table;
}

const leave = (table: DrivenTable, playerId: string) =>
  table.put({ type: "left", now: table.now, playerId });

describe("a place at a table", () => {
  it("is taken while its player sits there, whatever they do", () => {
    const table = playing();
    table.until("result");
    table.until("betting");
    expect(placesAt(table)).toEqual(["ann", "bob"]);
  });

  it("is free where a player leaves who has no chips there", () => {
    const table = playing();
    table.operate("ann", "bet", RED);
    table.operate("ann", "clear");
    leave(table, "ann");
    expect(placesAt(table)).toEqual(["bob"]);
  });

  it("is kept for who has chips in the running round, until the next one opens", () => {
    const table = playing();
    table.operate("ann", "bet", RED);
    leave(table, "ann");
    expect(placesAt(table)).toEqual(["ann", "bob"]);
    table.until("result");
    expect(placesAt(table)).toEqual(["ann", "bob"]);
    table.until("betting");
    expect(placesAt(table)).toEqual(["bob"]);
  });

  it("is kept for whose bet is on its way to the bank", () => {
    const table = playing();
    table.ask("ann", "bet", RED);
    leave(table, "ann");
    expect(placesAt(table)).toEqual(["ann", "bob"]);
    table.answer();
    expect(placesAt(table)).toEqual(["ann", "bob"]);
  });
});
