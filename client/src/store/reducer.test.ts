import { describe, expect, it } from "vitest";
import type { Action } from "./actions.ts";
import { chipsetOf } from "./chipset.ts";
import { INITIAL_STATE, NOTICES_KEPT } from "./model.ts";
import { reduce } from "./reducer.ts";
import { ghostsOf, ownChips, ownStake } from "./selectors.ts";
import { aSeat, aSettlement, aTable, seatedState } from "./testing.ts";

const run = (actions: readonly Action[], from = seatedState()) => actions.reduce(reduce, from);

const bet = (op: string, spot: string, amount: number): Action => ({
  type: "operation-queued",
  operation: { op, kind: "bet", round: 7, chips: [[spot, amount]] },
});

const answered = (op: string, stake: number, round = 7): Action => ({
  type: "operation-answered",
  answer: { op, round, stake, balance: 1000 - stake },
});

describe("a bet", () => {
  it("is a ghost until it is acknowledged, and chips afterwards", () => {
    const asked = run([bet("a", "red", 25)]);
    expect(ownStake(asked)).toBe(0);
    expect(asked.balance).toBe(1000);
    expect(ghostsOf(asked).chips).toEqual(new Map([["red", 25]]));

    const placed = run([answered("a", 25)], asked);
    expect(ownChips(placed)).toEqual(new Map([["red", 25]]));
    expect(placed.balance).toBe(975);
    expect(placed.pending).toEqual([]);
  });

  it("goes away with the reason and the limit when it is refused", () => {
    const refused = run([
      bet("a", "red", 25),
      {
        type: "operation-refused",
        op: "a",
        refusal: { code: "ABOVE_SPOT_MAX", message: "too much", limit: 5000 },
      },
    ]);
    expect(refused.pending).toEqual([]);
    expect(ownStake(refused)).toBe(0);
    expect(refused.notices.at(-1)).toMatchObject({
      tone: "warning",
      text: "The maximum on this spot is 5,000.",
    });
  });

  it("whose answer was lost is not counted twice when the seat holds it already", () => {
    const back = run([
      bet("a", "red", 25),
      { type: "seated", seat: aSeat({ chips: [["red", 25]], stake: 25, balance: 975 }) },
      answered("a", 25),
    ]);
    expect(ownChips(back)).toEqual(new Map([["red", 25]]));
  });

  it("whose answer was lost is counted when the seat does not hold it", () => {
    const back = run([
      bet("a", "red", 25),
      { type: "seated", seat: aSeat({ chips: [["odd", 5]], stake: 5, balance: 995 }) },
      answered("a", 30),
    ]);
    expect(ownChips(back)).toEqual(
      new Map([
        ["odd", 5],
        ["red", 25],
      ]),
    );
  });

  it("is never carried into another round", () => {
    const next = run([bet("a", "red", 25), { type: "table-changed", table: aTable({ round: 8 }) }]);
    expect(next.pending).toEqual([]);
    expect(run([answered("a", 25)], next).seat?.chips.size).toBe(0);
  });

  it("that nobody answered leaves with a word about it", () => {
    const lost = run([bet("a", "red", 25), { type: "operation-lost", op: "a" }]);
    expect(lost.pending).toEqual([]);
    expect(lost.notices.at(-1)?.text).toContain("did not answer");
  });
});

describe("the other operations", () => {
  it("take the layout from the answer", () => {
    const state = run([
      bet("a", "red", 25),
      answered("a", 25),
      { type: "operation-queued", operation: { op: "b", kind: "double", round: 7, chips: [] } },
    ]);
    expect(ghostsOf(state).chips).toEqual(new Map([["red", 25]]));
    const doubled = reduce(state, {
      type: "operation-answered",
      answer: { op: "b", round: 7, stake: 50, balance: 950, chips: [["red", 50]] },
    });
    expect(ownChips(doubled)).toEqual(new Map([["red", 50]]));
  });
});

describe("a new round", () => {
  it("takes the chips off the felt and remembers them for repeat", () => {
    const next = run([
      bet("a", "red", 25),
      answered("a", 25),
      { type: "table-changed", table: aTable({ round: 8 }) },
    ]);
    expect(ownChips(next).size).toBe(0);
    expect(next.seat?.lastChips).toEqual(chipsetOf([["red", 25]]));
  });

  it("without chips keeps what an earlier round left to repeat", () => {
    const next = run([
      bet("a", "red", 25),
      answered("a", 25),
      { type: "table-changed", table: aTable({ round: 8 }) },
      { type: "table-changed", table: aTable({ round: 9 }) },
    ]);
    expect(next.seat?.lastChips).toEqual(chipsetOf([["red", 25]]));
  });
});

describe("winnings", () => {
  const settled: Action = { type: "settled", message: aSettlement({ balance: 1875 }) };

  it("are told when the ball rests, not before", () => {
    const rolling = run([{ type: "table-changed", table: aTable({ phase: "spinning" }) }, settled]);
    expect(rolling.balance).toBe(1000);
    expect(rolling.settlement).toBeNull();

    const rests = run([{ type: "table-changed", table: aTable({ phase: "result" }) }], rolling);
    expect(rests.balance).toBe(1875);
    expect(rests.settlement).toMatchObject({ kind: "settled", returned: 900 });
  });

  it("are credited even when the result was missed", () => {
    const later = run([
      { type: "table-changed", table: aTable({ phase: "spinning" }) },
      settled,
      { type: "table-changed", table: aTable({ round: 8 }) },
    ]);
    expect(later.balance).toBe(1875);
    expect(later.settlement).toBeNull();
  });

  it("make way for the next round", () => {
    const next = run([
      { type: "table-changed", table: aTable({ phase: "result" }) },
      settled,
      { type: "table-changed", table: aTable({ round: 8 }) },
    ]);
    expect(next.settlement).toBeNull();
  });

  it("do not undo a later balance from another table", () => {
    const rests = run([
      { type: "table-changed", table: aTable({ phase: "spinning" }) },
      settled,
      { type: "balance-changed", balance: 2000 },
      { type: "table-changed", table: aTable({ phase: "result" }) },
    ]);
    expect(rests.balance).toBe(2000);
  });

  it("are not lost by leaving the table early", () => {
    const left = run([
      { type: "table-changed", table: aTable({ phase: "spinning" }) },
      settled,
      { type: "table-left" },
    ]);
    expect(left).toMatchObject({ balance: 1875, tableId: null, table: null, seat: null });
  });
});

describe("a void round", () => {
  it("gives the stake back at once and says so", () => {
    const state = run([
      { type: "voided", message: { round: 7, reason: "It closed.", stake: 25, balance: 1000 } },
    ]);
    expect(state.settlement).toMatchObject({ kind: "voided", stake: 25 });
    expect(state.notices.at(-1)?.text).toBe("Round 7 is void, every stake is back. It closed.");
  });

  it("is said of each of several that went by, also before the table is there", () => {
    const voided = (round: number): Action => {
      const message = { round, reason: "It broke.", stake: 25, balance: 1000 };
      return { type: "voided", message };
    };
    const state = run([voided(5), voided(6), { type: "table-changed", table: aTable() }], {
      ...seatedState(),
      table: null,
    });
    expect(state.notices.map(({ text }) => text)).toEqual([
      "Round 5 is void, every stake is back. It broke.",
      "Round 6 is void, every stake is back. It broke.",
    ]);
  });

  it("leaves a later round's result to be told when the ball rests", () => {
    const rolling = run([
      { type: "table-changed", table: aTable({ phase: "spinning" }) },
      { type: "settled", message: aSettlement() },
      { type: "voided", message: { round: 6, reason: "It broke.", stake: 25, balance: 1880 } },
    ]);
    expect(rolling.notices.at(-1)?.text).toMatch(/^Round 6 is void/);
    expect(rolling.balance).toBe(1000);

    const rests = run([{ type: "table-changed", table: aTable({ phase: "result" }) }], rolling);
    expect(rests.settlement).toMatchObject({ kind: "settled", returned: 900 });
    expect(rests.balance).toBe(1880);
  });
});

describe("notices", () => {
  it("are bounded, the oldest going first, and not repeated", () => {
    const notice = (text: string): Action => ({ type: "noticed", tone: "info", text });
    const texts = ["a", "b", "b", "c", "d", "e"];
    const state = run(texts.map(notice));
    expect(state.notices.map(({ text }) => text)).toEqual(
      ["b", "c", "d", "e"].slice(-NOTICES_KEPT),
    );
    const [first] = state.notices;
    const without = reduce(state, { type: "notice-dismissed", id: first?.id ?? -1 });
    expect(without.notices).toHaveLength(NOTICES_KEPT - 1);
  });
});

describe("going and coming", () => {
  it("ignores news of a table that was left", () => {
    const state = run([{ type: "table-left" }, { type: "table-changed", table: aTable() }]);
    expect(state.table).toBeNull();
  });

  it("signs out without a trace of the player", () => {
    const state = run([{ type: "signed-out" }]);
    expect(state).toEqual({ ...INITIAL_STATE, connection: "online", lobby: [] });
  });

  it("takes the timings of its own table only", () => {
    const timings = { bettingMs: 1, closingMs: 2, spinningMs: 3, resultMs: 4 };
    expect(run([{ type: "timings-told", tableId: "x", timings }]).timings).toBeNull();
    expect(run([{ type: "timings-told", tableId: "t1", timings }]).timings).toEqual(timings);
  });
});
