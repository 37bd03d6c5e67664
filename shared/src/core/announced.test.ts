import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryAmount, arbitraryWheel } from "../testing/arbitraries.ts";
import { VECTORS } from "../testing/vectors.ts";
import type { AnnouncedBet, AnnouncedChips } from "./announced.ts";
import {
  complete,
  FINALE_PAIRS,
  finalesACheval,
  finalesEnPlein,
  isOffered,
  jeuZero,
  neighbours,
  orphelins,
  placeAnnounced,
  tiers,
  voisins,
} from "./announced.ts";
import { asChips } from "./chips.ts";
import { settleBets } from "./payouts.ts";
import { layoutOf } from "./spots.ts";
import { pocketsOf } from "./wheel.ts";

const ONE = asChips(1);

const chipsIn = (chips: AnnouncedChips): number =>
  chips.reduce((sum, [, amount]) => sum + amount, 0);
const spotsIn = (chips: AnnouncedChips): string => chips.map(([spot]) => spot).join(" ");
const pocketsIn = (chips: AnnouncedChips): string[] =>
  chips.flatMap(([spot]) => layoutOf("european").find(spot)?.covers ?? []);

/** The arc of the European wheel from one pocket clockwise to another. */
function arc(from: string, to: string): string[] {
  const twice = [...pocketsOf("european"), ...pocketsOf("european")];
  const rest = twice.slice(twice.indexOf(from));
  return rest.slice(0, rest.indexOf(to) + 1);
}

describe("the bets of the French wheel", () => {
  it.each(Object.entries(VECTORS.announced.european))(
    "%s is placed as published",
    (kind, spots) => {
      const announced = { kind: kind as keyof typeof VECTORS.announced.european };
      expect(placeAnnounced("european", announced, asChips(5))).toEqual({
        ok: true,
        chips: spots.map(({ spot, units }) => [spot, 5 * units]),
      });
    },
  );

  it("take 9, 6, 5 and 4 chips", () => {
    expect([voisins, tiers, orphelins, jeuZero].map((bet) => chipsIn(bet(ONE)))).toEqual([
      9, 6, 5, 4,
    ]);
  });

  it("cover their arcs, and the whole wheel between them", () => {
    const sorted = (pockets: string[]) => [...new Set(pockets)].toSorted();
    expect(sorted(pocketsIn(voisins(ONE)))).toEqual(arc("22", "25").toSorted());
    expect(sorted(pocketsIn(tiers(ONE)))).toEqual(arc("27", "33").toSorted());
    expect(sorted(pocketsIn(jeuZero(ONE)))).toEqual(arc("12", "15").toSorted());
    expect(sorted(pocketsIn(orphelins(ONE)))).toEqual(
      [...arc("17", "6"), ...arc("1", "9")].toSorted(),
    );
    const all = [voisins(ONE), tiers(ONE), orphelins(ONE)].flatMap((bet) => sorted(pocketsIn(bet)));
    expect(all.toSorted()).toEqual(pocketsOf("european").toSorted());
  });
});

describe("neighbours", () => {
  it.each([
    { wheel: "european", pocket: "0", k: 2, around: "3 26 0 32 15" },
    { wheel: "european", pocket: "17", k: 1, around: "25 17 34" },
    { wheel: "american", pocket: "0", k: 2, around: "14 2 0 28 9" },
    { wheel: "american", pocket: "00", k: 1, around: "1 00 27" },
    { wheel: "triple-zero", pocket: "26", k: 3, around: "12 35 3 26 0 000 00" },
    { wheel: "triple-zero", pocket: "000", k: 0, around: "000" },
  ] as const)("on $wheel of $pocket±$k are $around", ({ wheel, pocket, k, around }) => {
    const straights = around.split(" ").map((label) => `straight:${label}`);
    expect(neighbours(wheel, { pocket, k }, ONE)).toEqual(straights.map((spot) => [spot, 1]));
  });

  it("are 2k+1 different straights, for every pocket and reach", () => {
    for (const wheel of ["european", "american", "triple-zero"] as const) {
      for (const pocket of pocketsOf(wheel)) {
        for (let k = 0; k <= 9; k += 1) {
          const chips = neighbours(wheel, { pocket, k }, asChips(3));
          expect(new Set(chips.map(([spot]) => spot)).size).toBe(2 * k + 1);
          expect(chips[k]).toEqual([`straight:${pocket}`, 3]);
        }
      }
    }
  });
});

describe("finales", () => {
  it.each([
    ["european", 0, "0 10 20 30"],
    ["american", 0, "0 00 10 20 30"],
    ["european", 6, "6 16 26 36"],
    ["european", 7, "7 17 27"],
    ["triple-zero", 9, "9 19 29"],
  ] as const)("en plein on %s of %i are straights on %s", (wheel, digit, labels) => {
    const spots = labels.split(" ").map((label) => `straight:${label}`);
    expect(finalesEnPlein(wheel, digit, ONE)).toEqual(spots.map((spot) => [spot, 1]));
  });

  it.each([
    ["0/3", "split:0-3 split:10-13 split:20-23 split:30-33"],
    ["1/4", "split:1-4 split:11-14 split:21-24 split:31-34"],
    ["4/7", "split:4-7 split:14-17 split:24-27 straight:34"],
    ["6/9", "split:6-9 split:16-19 split:26-29 straight:36"],
    ["7/10", "split:7-10 split:17-20 split:27-30"],
    ["9/12", "split:9-12 split:19-22 split:29-32"],
  ] as const)("à cheval %s are %s", (pair, spots) => {
    expect(spotsIn(finalesACheval(pair, ONE))).toBe(spots);
  });
});

describe("complete", () => {
  it("17 is 40 chips and nets 392 when 17 comes", () => {
    const chips = complete("european", "17", ONE);
    expect(chipsIn(chips)).toBe(40);
    const bets = chips.map(([spot, amount]) => ({ playerId: "p1", spot, amount }));
    const outcome = { wheel: "european", zeroRule: "la-partage", pocket: "17" } as const;
    expect(settleBets(bets, outcome)).toEqual([{ playerId: "p1", stake: 40, returned: 432 }]);
  });

  it.each([
    // 1 straight, 3 splits, 2 trios, first four
    ["european", "0", 1 + 3 * 2 + 2 * 3 + 4],
    // 1 straight, 3 splits, street, trio, corner, first four, six line
    ["european", "1", 1 + 3 * 2 + 3 + 3 + 4 + 4 + 6],
    // 1 straight, 3 splits, 2 trios, top line
    ["american", "0", 1 + 3 * 2 + 2 * 3 + 5],
    // 1 straight, 5 splits, street, 3 trios, 2 corners, top line, six line
    ["american", "2", 1 + 5 * 2 + 3 + 3 * 3 + 2 * 4 + 5 + 6],
    ["american", "36", 1 + 2 * 2 + 3 + 4 + 6],
  ] as const)("on %s %s is %i chips", (wheel, pocket, chips) => {
    expect(chipsIn(complete(wheel, pocket, ONE))).toBe(chips);
  });
});

describe("placing an announced bet", () => {
  const announced: fc.Arbitrary<AnnouncedBet> = fc.oneof(
    fc.record({ kind: fc.constantFrom("voisins", "tiers", "orphelins", "jeu-zero") }),
    fc.record({
      kind: fc.constant("neighbours"),
      pocket: fc.constantFrom("0", "00", "000", "1", "17", "36", "37", ""),
      k: fc.oneof(fc.integer({ min: -1, max: 10 }), fc.double()),
    }),
    fc.record({ kind: fc.constant("finales-en-plein"), digit: fc.integer({ min: -1, max: 10 }) }),
    fc.record({ kind: fc.constant("finales-a-cheval"), pair: fc.constantFrom(...FINALE_PAIRS) }),
    fc.record({
      kind: fc.constant("complete"),
      pocket: fc.constantFrom("0", "00", "000", "1", "17", "36", "x"),
    }),
  ) as fc.Arbitrary<AnnouncedBet>;

  it("gives whole units on different spots of the felt, or says no", () => {
    const property = fc.property(arbitraryWheel, announced, arbitraryAmount, (wheel, bet, unit) => {
      const placed = placeAnnounced(wheel, bet, unit);
      if (!placed.ok) {
        expect(placed.reason).toBe(isOffered(wheel, bet.kind) ? "no-such-bet" : "not-offered");
        return;
      }
      expect(placed.chips.length).toBeGreaterThan(0);
      expect(new Set(placed.chips.map(([spot]) => spot)).size).toBe(placed.chips.length);
      for (const [spot, amount] of placed.chips) {
        expect(layoutOf(wheel).find(spot), spot).toBeDefined();
        expect(amount % unit).toBe(0);
        expect(amount).toBeGreaterThan(0);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it.each([
    ["american", { kind: "voisins" }],
    ["american", { kind: "tiers" }],
    ["triple-zero", { kind: "orphelins" }],
    ["triple-zero", { kind: "jeu-zero" }],
    ["american", { kind: "finales-a-cheval", pair: "0/3" }],
    ["triple-zero", { kind: "complete", pocket: "17" }],
  ] as const)("%s does not offer %o", (wheel, bet) => {
    expect(placeAnnounced(wheel, bet, ONE)).toEqual({ ok: false, reason: "not-offered" });
  });

  it.each([
    ["european", { kind: "neighbours", pocket: "00", k: 2 }],
    ["european", { kind: "neighbours", pocket: "17", k: 10 }],
    ["european", { kind: "neighbours", pocket: "17", k: -1 }],
    ["european", { kind: "neighbours", pocket: "17", k: 1.5 }],
    ["american", { kind: "finales-en-plein", digit: 10 }],
    ["european", { kind: "finales-a-cheval", pair: "3/0" as "0/3" }],
    ["european", { kind: "complete", pocket: "000" }],
  ] as const)("%s has no such bet as %o", (wheel, bet) => {
    expect(placeAnnounced(wheel, bet, ONE)).toEqual({ ok: false, reason: "no-such-bet" });
  });
});
