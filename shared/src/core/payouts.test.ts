import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Felt } from "../testing/arbitraries.ts";
import { arbitraryBets, arbitraryFelt, arbitraryPocket, FELTS } from "../testing/arbitraries.ts";
import { VECTORS } from "../testing/vectors.ts";
import { InvariantError } from "./assert.ts";
import { asChips } from "./chips.ts";
import { returnOf, settleBets } from "./payouts.ts";
import { layoutOf } from "./spots.ts";
import { pocketsOf } from "./wheel.ts";

const RED_NUMBERS = [1, 3, 5, 7, 9, 12, 14, 16, 18, 19, 21, 23, 25, 27, 30, 32, 34, 36];

/** Whether a spot wins, read from the words of its id alone. */
const OUTSIDE: Readonly<Record<string, (number: number) => boolean>> = {
  "dozen:1": (number) => number >= 1 && number <= 12,
  "dozen:2": (number) => number >= 13 && number <= 24,
  "dozen:3": (number) => number >= 25,
  "column:1": (number) => number % 3 === 1,
  "column:2": (number) => number % 3 === 2,
  "column:3": (number) => number % 3 === 0,
  red: (number) => RED_NUMBERS.includes(number),
  black: (number) => !RED_NUMBERS.includes(number),
  odd: (number) => number % 2 === 1,
  even: (number) => number % 2 === 0,
  low: (number) => number < 19,
  high: (number) => number > 18,
};
const NAMED: Readonly<Record<string, string>> = {
  "first-four": "0-1-2-3",
  "top-line": "0-00-1-2-3",
};
const RETURNS_BY_KIND: Readonly<Record<string, number>> = {
  straight: 36,
  split: 18,
  street: 12,
  trio: 12,
  corner: 9,
  "first-four": 9,
  "top-line": 7,
  "six-line": 6,
  dozen: 3,
  column: 3,
};

/** The oracle: what comes back for `amount`, from the id and the felt. */
function expectedReturn(id: string, amount: number, felt: Felt & { pocket: string }): number {
  const zero = /^0+$/.test(felt.pocket);
  const takes = OUTSIDE[id];
  const labels = (NAMED[id] ?? id.split(":")[1] ?? "").split("-");
  const wins = takes ? !zero && takes(Number(felt.pocket)) : labels.includes(felt.pocket);
  const kind = id.split(":")[0] ?? "";
  if (wins) return amount * (RETURNS_BY_KIND[kind] ?? 2);
  const evenMoney = RETURNS_BY_KIND[kind] === undefined;
  return zero && evenMoney && felt.zeroRule !== "none" ? (amount + (amount % 2)) / 2 : 0;
}

describe.each(FELTS)("returns on $wheel with zero rule $zeroRule", (felt) => {
  const { spots } = layoutOf(felt.wheel);
  const pockets = pocketsOf(felt.wheel);

  it("are right for every spot and every pocket", () => {
    for (const spot of spots) {
      for (const pocket of pockets) {
        for (const amount of [1, 2, 7, 1000]) {
          const returned = returnOf(spot, asChips(amount), { ...felt, pocket });
          expect(returned, `${amount} on ${spot.id}, ${pocket} comes`).toBe(
            expectedReturn(spot.id, amount, { ...felt, pocket }),
          );
        }
      }
    }
  });

  it("leave the house exactly its edge on every spot", () => {
    const edges = { european: [1, 37], american: [2, 38], "triple-zero": [3, 39] } as const;
    for (const spot of spots) {
      const stake = asChips(2);
      const staked = stake * pockets.length;
      const returned = pockets.reduce(
        (sum, pocket) => sum + returnOf(spot, stake, { ...felt, pocket }),
        0,
      );
      const halved =
        felt.zeroRule !== "none" &&
        ["red", "black", "odd", "even", "low", "high"].includes(spot.id);
      const [won, of] = edges[felt.wheel];
      const keeps = spot.id === "top-line" ? 3 : won;
      // (staked - returned) / staked = keeps / of, or half of it, without a fraction.
      expect((staked - returned) * of * (halved ? 2 : 1), spot.id).toBe(staked * keeps);
    }
  });
});

describe("settlement", () => {
  it.each(VECTORS.payouts.map((vector, index) => ({ index, ...vector })))(
    "agrees with worked case $index: $wheel, $pocket comes",
    ({ bets, payouts, ...outcome }) => {
      expect(settleBets(bets, outcome)).toEqual(payouts);
    },
  );

  it("rounds a half once for each player and spot", () => {
    const outcome = { wheel: "european", zeroRule: "la-partage", pocket: "0" } as const;
    const bets = [
      { playerId: "p1", spot: "red", amount: asChips(5) },
      { playerId: "p1", spot: "even", amount: asChips(5) },
      { playerId: "p2", spot: "red", amount: asChips(1) },
    ];
    expect(settleBets(bets, outcome)).toEqual([
      { playerId: "p1", stake: 10, returned: 6 },
      { playerId: "p2", stake: 1, returned: 1 },
    ]);
  });

  it("pays one payout for each player, in bytewise order, whatever order the bets come in", () => {
    const property = fc.property(
      arbitraryFelt.chain((felt) =>
        fc.tuple(fc.constant(felt), arbitraryBets(felt.wheel), arbitraryPocket(felt.wheel)),
      ),
      ([felt, bets, pocket]) => {
        const payouts = settleBets(bets, { ...felt, pocket });
        const players = [...new Set(bets.map(({ playerId }) => playerId))].toSorted();
        expect(payouts.map(({ playerId }) => playerId)).toEqual(players);
        for (const { playerId, stake, returned } of payouts) {
          const own = bets.filter((bet) => bet.playerId === playerId);
          expect(stake).toBe(own.reduce((sum, { amount }) => sum + amount, 0));
          expect(returned).toBe(
            own.reduce(
              (sum, bet) => sum + expectedReturn(bet.spot, bet.amount, { ...felt, pocket }),
              0,
            ),
          );
        }
        expect(settleBets(bets.toReversed(), { ...felt, pocket })).toEqual(payouts);
      },
    );
    fc.assert(property);
  });

  it("pays nobody where nobody has a stake", () => {
    expect(settleBets([], { wheel: "american", zeroRule: "none", pocket: "00" })).toEqual([]);
  });

  it("takes a bet on no spot of the felt for a bug", () => {
    const bets = [{ playerId: "p1", spot: "first-four", amount: asChips(1) }];
    const outcome = { wheel: "american", zeroRule: "none", pocket: "1" } as const;
    expect(() => settleBets(bets, outcome)).toThrow(InvariantError);
  });
});
