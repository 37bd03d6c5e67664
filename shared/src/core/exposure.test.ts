import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Felt } from "../testing/arbitraries.ts";
import { arbitraryBets, arbitraryFelt, arbitraryPlayerId } from "../testing/arbitraries.ts";
import { InvariantError } from "./assert.ts";
import type { Chips } from "./chips.ts";
import { asChips, NO_CHIPS } from "./chips.ts";
import { Exposure } from "./exposure.ts";
import { MOST_STAKE, settleBets } from "./payouts.ts";
import { layoutOf } from "./spots.ts";
import type { Bet, Spot } from "./types.ts";
import { pocketsOf } from "./wheel.ts";

/** The most that the house may have to pay, by settling the round for every pocket. */
function worstOf(bets: readonly Bet[], felt: Felt): number {
  const nets = pocketsOf(felt.wheel).map((pocket) =>
    settleBets(bets, { ...felt, pocket }).reduce(
      (sum, { stake, returned }) => sum + returned - stake,
      0,
    ),
  );
  return Math.max(...nets);
}

function spotOf(felt: Felt, id: string): Spot {
  const spot = layoutOf(felt.wheel).find(id);
  if (spot === undefined) throw new Error(`no spot ${id}`);
  return spot;
}

function exposureOf(bets: readonly Bet[], felt: Felt): Exposure {
  const exposure = new Exposure(layoutOf(felt.wheel), felt.zeroRule);
  for (const bet of bets) exposure.change(spotOf(felt, bet.spot), NO_CHIPS, bet.amount);
  return exposure;
}

const LA_PARTAGE: Felt = { wheel: "european", zeroRule: "la-partage" };

describe("exposure", () => {
  it("is nothing on an empty felt", () => {
    const exposure = exposureOf([], LA_PARTAGE);
    expect([exposure.worst(), exposure.stake]).toEqual([0, 0]);
  });

  it("is what a straight earns, for one straight", () => {
    const bets = [{ playerId: "p1", spot: "straight:17", amount: asChips(100) }];
    expect(exposureOf(bets, LA_PARTAGE).worst()).toBe(3500);
  });

  it("counts the halves that a zero gives back, rounded for each player", () => {
    // Red and black together: any number returns 4 of 4, zero four halves of 1.
    const bets = ["p1", "p2"].flatMap((playerId) =>
      ["red", "black"].map((spot) => ({ playerId, spot, amount: asChips(1) })),
    );
    const zero = { playerId: "p3", spot: "straight:0", amount: asChips(1) };
    expect(exposureOf([...bets, zero], LA_PARTAGE).worst()).toBe(4 + 36 - 5);
    expect(exposureOf([...bets, zero], { wheel: "european", zeroRule: "none" }).worst()).toBe(31);
  });

  it("rounds the half of what lies there, and not of what comes to it or goes", () => {
    const exposure = exposureOf(
      [{ playerId: "p1", spot: "straight:0", amount: asChips(10) }],
      LA_PARTAGE,
    );
    const red = spotOf(LA_PARTAGE, "red");
    // On zero one of one chip comes back, one of two, two of three.
    exposure.change(red, NO_CHIPS, asChips(1));
    expect(exposure.worst()).toBe(350);
    exposure.change(red, asChips(1), asChips(2));
    expect(exposure.worst()).toBe(349);
    exposure.change(red, asChips(2), asChips(3));
    expect(exposure.worst()).toBe(349);
    exposure.change(red, asChips(3), asChips(2));
    expect(exposure.worst()).toBe(349);
  });

  it("is below zero where the house wins whatever comes", () => {
    const felt: Felt = { wheel: "european", zeroRule: "none" };
    const bets = pocketsOf("european").map((pocket) => ({
      playerId: "p1",
      spot: `straight:${pocket}`,
      amount: asChips(1),
    }));
    expect(exposureOf(bets, felt).worst()).toBe(-1);
  });

  it("equals settling the round for every pocket", () => {
    const property = fc.property(
      arbitraryFelt.chain((felt) => fc.tuple(fc.constant(felt), arbitraryBets(felt.wheel))),
      ([felt, bets]) => {
        const exposure = exposureOf(bets, felt);
        expect(exposure.worst()).toBe(worstOf(bets, felt));
        expect(exposure.stake).toBe(bets.reduce((sum, { amount }) => sum + amount, 0));
      },
    );
    fc.assert(property);
  });

  it("follows players who add to their chips, take them back and clear them", () => {
    const changes = arbitraryFelt.chain((felt) => {
      const change = fc.record({
        playerId: arbitraryPlayerId,
        // Few spots, so that the same player comes back to the same one.
        spot: fc.constantFrom("red", "even", "straight:0", "straight:17", "split:17-20", "dozen:2"),
        after: fc.integer({ min: 0, max: 9 }).map(asChips),
      });
      return fc.tuple(fc.constant(felt), fc.array(change, { maxLength: 60 }));
    });
    const property = fc.property(changes, ([felt, steps]) => {
      const exposure = exposureOf([], felt);
      const chips = new Map<string, Bet>();
      for (const { playerId, spot, after } of steps) {
        const key = `${playerId}|${spot}`;
        const before: Chips = chips.get(key)?.amount ?? NO_CHIPS;
        exposure.change(spotOf(felt, spot), before, after);
        chips.set(key, { playerId, spot, amount: after });
        expect(exposure.worst()).toBe(worstOf([...chips.values()], felt));
      }
    });
    fc.assert(property, { numRuns: 40 });
  });

  it("takes a change back exactly", () => {
    const property = fc.property(
      arbitraryFelt.chain((felt) => fc.tuple(fc.constant(felt), arbitraryBets(felt.wheel))),
      ([felt, bets]) => {
        const exposure = exposureOf(bets, felt);
        for (const bet of bets) exposure.change(spotOf(felt, bet.spot), bet.amount, NO_CHIPS);
        expect([exposure.worst(), exposure.stake]).toEqual([0, 0]);
      },
    );
    fc.assert(property);
  });

  it("has copies that go their own way", () => {
    const bets = [{ playerId: "p1", spot: "red", amount: asChips(10) }];
    const exposure = exposureOf(bets, LA_PARTAGE);
    const copy = exposure.clone();
    copy.change(spotOf(LA_PARTAGE, "straight:1"), NO_CHIPS, asChips(1));
    expect([copy.worst(), copy.stake]).toEqual([10 + 35, 11]);
    expect([exposure.worst(), exposure.stake]).toEqual([10, 10]);
  });

  it("takes a spot of another felt, or more chips than can be settled, for a bug", () => {
    const exposure = exposureOf([], LA_PARTAGE);
    const topLine = spotOf({ wheel: "american", zeroRule: "none" }, "top-line");
    const red = spotOf(LA_PARTAGE, "red");
    expect(() => exposure.change(topLine, NO_CHIPS, asChips(1))).toThrow(InvariantError);
    expect(() => exposure.change(red, NO_CHIPS, asChips(MOST_STAKE + 1))).toThrow(InvariantError);
    expect(() => exposure.change(red, asChips(1), NO_CHIPS)).toThrow(InvariantError);
    expect(exposure.stake).toBe(0);
  });
});
