import type { OperationKind, Placement } from "@croupier/shared/protocol/requests";
import type { BigWin } from "@croupier/shared/protocol/state";
import { describe, expect, it } from "vitest";
import { chipsetOf } from "./chipset.ts";
import { formatAgo, formatNet, formatShort } from "./format.ts";
import type { AppState } from "./model.ts";
import {
  ghostsOf,
  offersOf,
  othersChips,
  phaseRemainingMs,
  screenOf,
  seatColours,
  shownPocket,
  tableName,
  toldWins,
  winningSpots,
} from "./selectors.ts";
import { aTable, seatedState } from "./testing.ts";

function withOwn(chips: readonly Placement[], state = seatedState()): AppState {
  if (state.seat === null) throw new Error("nobody is seated");
  return { ...state, seat: { ...state.seat, chips: chipsetOf(chips) } };
}

const pending = (kind: OperationKind, chips: readonly Placement[] = []) => ({
  op: `${kind}${chips.length}`,
  kind,
  round: 7,
  chips,
});

describe("the screens", () => {
  it("follow from who and where the player is", () => {
    const state = seatedState();
    expect(screenOf(state)).toBe("table");
    expect(screenOf({ ...state, tableId: null })).toBe("lobby");
    expect(screenOf({ ...state, me: null })).toBe("welcome");
  });
});

describe("ghosted chips", () => {
  it("are what the pending operations would put there, one after the other", () => {
    const state = {
      ...withOwn([["red", 10]]),
      pending: [pending("bet", [["odd", 5]]), pending("double")],
    };
    expect(ghostsOf(state)).toEqual({
      chips: new Map([
        ["odd", 10],
        ["red", 10],
      ]),
      leaving: false,
    });
  });

  it("repeat what lay there last, and vanish with a clear", () => {
    const base = seatedState();
    if (base.seat === null) throw new Error("nobody is seated");
    const seat = { ...base.seat, lastChips: chipsetOf([["low", 7]]) };
    const repeating = { ...base, seat, pending: [pending("repeat")] };
    expect(ghostsOf(repeating).chips).toEqual(new Map([["low", 7]]));
    const clearing = { ...repeating, pending: [...repeating.pending, pending("clear")] };
    expect(ghostsOf(clearing)).toEqual({ chips: new Map(), leaving: true });
  });
});

describe("other people's chips", () => {
  it("are the totals less one's own, never less than nothing", () => {
    const spots = new Map([
      ["red", { chips: 60, players: 2 }],
      ["odd", { chips: 5, players: 1 }],
      ["low", { chips: 9, players: 1 }],
    ]);
    const state = withOwn(
      [
        ["red", 10],
        ["odd", 25],
        ["low", 9],
      ],
      seatedState({ spots }),
    );
    expect(othersChips(state)).toEqual(new Map([["red", 50]]));
  });

  it("bear the colours of the front seats, without one's own", () => {
    const seatOf = (colour: number, spot: string) => ({
      name: "x",
      colour,
      stake: 5,
      chips: new Map([[spot, 5]]),
    });
    const seats = new Map([
      ["me", seatOf(1, "red")],
      ["you", seatOf(2, "red")],
      ["she", seatOf(4, "red")],
    ]);
    expect(seatColours(seatedState({ seats }))).toEqual(new Map([["red", [2, 4]]]));
  });
});

describe("the result", () => {
  it("is kept back while the ball rolls", () => {
    const rolling = aTable({ phase: "spinning", pocket: "17" });
    expect(shownPocket(rolling)).toBeNull();
    expect(winningSpots(rolling).size).toBe(0);
  });

  it("names the spots that win", () => {
    const wins = winningSpots(aTable({ phase: "result", pocket: "0" }));
    expect([...wins].sort()).toEqual([
      "first-four",
      "split:0-1",
      "split:0-2",
      "split:0-3",
      "straight:0",
      "trio:0-1-2",
      "trio:0-2-3",
    ]);
  });
});

describe("big wins", () => {
  const win = (tableId: string, round: number): BigWin => {
    return { name: "Grace", tableId, round, pocket: "17", net: 3_500, at: 0 };
  };
  const wins = [win("t1", 7), win("t2", 3), win("t1", 6)];
  const entry = { maxPlayers: 9, minStake: 1, ...aTable({ tableId: "t2", round: 3 }) };

  it("are told at the table once the ball rests there", () => {
    for (const phase of ["closing", "spinning"] as const) {
      expect(toldWins({ ...seatedState({ phase }), wins })).toEqual(wins.slice(1));
    }
    expect(toldWins({ ...seatedState({ phase: "result" }), wins })).toEqual(wins);
    const onTheWay = { ...seatedState(), table: null, wins };
    expect(toldWins(onTheWay)).toEqual(wins);
  });

  it("are told in the lobby once the ball rests at their table", () => {
    const lobby = [{ ...entry, phase: "spinning" as const }];
    const state = { ...seatedState(), tableId: null, table: null, lobby, wins };
    expect(toldWins(state)).toEqual([wins[0], wins[2]]);
    expect(toldWins({ ...state, lobby: [entry] })).toEqual(wins);
    // What the lobby last said is old by the time somebody sits at a table.
    expect(toldWins({ ...seatedState(), lobby, wins })).toEqual(wins);
  });

  it("name their table as the lobby does", () => {
    const state = { ...seatedState(), lobby: [{ ...entry, name: "Las Vegas" }] };
    expect(tableName(state, "t2")).toBe("Las Vegas");
    expect(tableName(state, "t9")).toBe("t9");
  });
});

describe("the buttons", () => {
  it("offer nothing while betting is closed", () => {
    const state = withOwn([["red", 5]], seatedState({ phase: "closing" }));
    expect(Object.values(offersOf(state))).toEqual([false, false, false, false, false]);
  });

  it("offer to take back only what lies there or is on its way", () => {
    expect(offersOf(seatedState())).toMatchObject({ bet: true, undo: false, repeat: false });
    expect(offersOf(withOwn([["red", 5]]))).toMatchObject({
      undo: true,
      clear: true,
      double: true,
    });
    const asked = { ...seatedState(), pending: [pending("bet", [["red", 5]])] };
    expect(offersOf(asked).undo).toBe(true);
  });
});

describe("what is read", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1k"],
    [1250, "1.2k"],
    [9999, "9.9k"],
    [12_345, "12k"],
    [999_999, "999k"],
    [1_500_000, "1.5M"],
  ])("%i chips fit on a chip as %s", (chips, text) => {
    expect(formatShort(chips)).toBe(text);
  });

  it("signs what was won and lost", () => {
    expect([875, 0, -1200].map(formatNet)).toEqual(["+875", "0", "−1,200"]);
  });

  it.each([
    [-5_000, "just now"],
    [59_999, "just now"],
    [60_000, "1 min ago"],
    [59 * 60_000, "59 min ago"],
    [2 * 3_600_000, "2 h ago"],
    [50 * 3_600_000, "2 d ago"],
  ])("tells %i ms ago as %s", (passedMs, words) => {
    expect(formatAgo(passedMs)).toBe(words);
  });

  it("counts down to nothing", () => {
    expect(phaseRemainingMs({ phaseEndsAt: 1_000 }, 400)).toBe(600);
    expect(phaseRemainingMs({ phaseEndsAt: 1_000 }, 4_000)).toBe(0);
  });
});
