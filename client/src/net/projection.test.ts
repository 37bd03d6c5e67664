import { ArraySchema, MapSchema, Schema } from "@colyseus/schema";
import { describe, expect, it } from "vitest";
import { projectLobby, projectTable, projectWins } from "./projection.ts";

describe("the table's projection", () => {
  it("copies maps and arrays of the reflected state", () => {
    const state = {
      tableId: "t1",
      phase: "spinning",
      round: 12,
      phaseEndsAt: 1_795_000_000_000,
      lastPockets: new ArraySchema("17", "00"),
      spots: new MapSchema({ red: Object.assign(new Schema(), { chips: 60, players: 2 }) }),
      seats: new Map([
        ["p1", { name: "Ada", colour: 3, stake: 10, chips: new Map([["red", 10]]) }],
      ]),
    };
    const view = projectTable(state);
    expect(view).toMatchObject({ tableId: "t1", phase: "spinning", round: 12, pocket: "" });
    expect(view.lastPockets).toEqual(["17", "00"]);
    expect(view.spots).toEqual(new Map([["red", { chips: 60, players: 2 }]]));
    expect(view.seats.get("p1")?.chips).toEqual(new Map([["red", 10]]));
    state.lastPockets.push("1");
    expect(view.lastPockets).toHaveLength(2);
  });

  it("makes a harmless table of whatever else comes", () => {
    for (const junk of [undefined, null, 7, "x", {}, { phase: "dancing", spots: 3, seats: [1] }]) {
      expect(projectTable(junk)).toMatchObject({ phase: "paused", round: 0, lastPockets: [] });
    }
  });
});

describe("the lobby's projection", () => {
  it("lists the tables by name", () => {
    const tables = new Map([
      ["b", { tableId: "b", name: "Zurich", players: 2, lastPockets: ["5"] }],
      ["a", { tableId: "a", name: "Aachen", players: 0, lastPockets: [] }],
    ]);
    expect(projectLobby({ tables }).map(({ tableId }) => tableId)).toEqual(["a", "b"]);
    expect(projectLobby(undefined)).toEqual([]);
  });
});

describe("the projection of big wins", () => {
  const win = { name: "Ada", tableId: "t1", round: 4, pocket: "00", net: 1_620, at: 5 };

  it("reads the lobby's list and the public interface's alike, newest first and bounded", () => {
    const older = Object.assign(new Schema(), { ...win, round: 3 });
    const state = { wins: new ArraySchema(Object.assign(new Schema(), win), older) };
    expect(projectWins(state)).toEqual([win, { ...win, round: 3 }]);
    const answer = {
      wins: Array.from({ length: 25 }, () => ({ ...win, playerId: "p", staked: 1 })),
    };
    expect(projectWins(answer)).toEqual(Array(10).fill(win));
  });

  it("makes nothing of whatever else comes", () => {
    for (const junk of [undefined, null, {}, { wins: 7 }, "x"])
      expect(projectWins(junk)).toEqual([]);
    expect(projectWins({ wins: [null] })).toMatchObject([{ name: "", net: 0 }]);
  });
});
