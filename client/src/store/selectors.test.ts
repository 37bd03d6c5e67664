import type { OperationKind, Placement } from "@croupier/shared/protocol/requests";
import { describe, expect, it } from "vitest";
import { chipsetOf } from "./chipset.ts";
import { formatNet, formatShort } from "./format.ts";
import type { AppState } from "./model.ts";
import {
  ghostsOf,
  offersOf,
  othersChips,
  phaseRemainingMs,
  screenOf,
  seatColours,
  shownPocket,
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

  it("counts down to nothing", () => {
    expect(phaseRemainingMs({ phaseEndsAt: 1_000 }, 400)).toBe(600);
    expect(phaseRemainingMs({ phaseEndsAt: 1_000 }, 4_000)).toBe(0);
  });
});
