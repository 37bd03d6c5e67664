import { describe, expect, it } from "vitest";
import { reduce } from "../store/reducer.ts";
import { aSeat, aTable, seatedState } from "../store/testing.ts";
import { lastFinishedRound } from "./fairness.ts";
import { playersWords } from "./lobby.ts";
import { spotWords } from "./spotLabel.ts";
import { connectionWords } from "./topBar.ts";

describe("a spot's label", () => {
  it("tells what it pays, its limit, and what one has on it", () => {
    const state = seatedState();
    if (state.seat === null) throw new Error("nobody is seated");
    const seat = { ...state.seat, chips: new Map([["straight:17", 25]]) };
    expect(spotWords({ ...state, seat }, "straight:17")).toBe(
      "Straight up 17 · pays 35 to 1 · limit 100 · yours 25",
    );
    expect(spotWords(state, "split:17-20")).toBe("Split 17/20 · pays 17 to 1");
  });

  it("tells what others have on it, which small chips cannot", () => {
    const crowded = seatedState({ spots: new Map([["red", { chips: 1_250, players: 3 }]]) });
    expect(spotWords(crowded, "red")).toBe("Red · pays 1 to 1 · others 1,250");
  });

  it("is empty for what is not on the felt", () => {
    expect(spotWords(seatedState(), "top-line")).toBe("");
  });
});

describe("a table's card in the lobby", () => {
  it.each([
    [0, 10, "Nobody yet"],
    [1, 10, "1 player"],
    [1_200, 5_000, "1,200 players"],
    [5, 10, "5 of 10 seats taken"],
    [10, 10, "10 of 10 seats taken"],
    [3, 0, "3 players"],
  ])("of %i players and %i seats says: %s", (players, maxPlayers, words) => {
    expect(playersWords({ players, maxPlayers })).toBe(words);
  });
});

describe("the connection", () => {
  const seated = seatedState();
  const lost = { ...seated, connection: "reconnecting" } as const;

  it("is not spoken of while all is well", () => {
    expect(connectionWords(seated)).toBe("");
    expect(connectionWords({ ...lost, me: null })).toBe("");
  });

  it("that is lost leaves the bets where they are", () => {
    expect(connectionWords(lost)).toContain("Your bets stand");
    expect(connectionWords({ ...lost, seat: null })).not.toContain("bets");
  });

  it("that the house ends to move the table is no loss, until the seat is taken again", () => {
    const moving = reduce(seated, { type: "table-moving" });
    expect(connectionWords(moving)).toContain("The table is moving");
    expect(connectionWords({ ...moving, connection: "reconnecting" })).not.toContain("lost");
    expect(connectionWords(reduce(moving, { type: "seated", seat: aSeat() }))).toBe("");
    expect(connectionWords(reduce(moving, { type: "table-left" }))).toBe("");
  });
});

describe("the last finished round", () => {
  it.each([
    ["betting", 6],
    ["closing", 6],
    ["spinning", 6],
    ["result", 7],
  ] as const)("while the table is %s is %i", (phase, round) => {
    expect(lastFinishedRound(aTable({ phase }))).toBe(round);
  });
});
