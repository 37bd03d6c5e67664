import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryBets, arbitraryClientSeeds } from "../testing/arbitraries.ts";
import { seedChain } from "../testing/records.ts";
import { VECTORS } from "../testing/vectors.ts";
import { InvariantError } from "./assert.ts";
import { asChips } from "./chips.ts";
import {
  betsDigestOf,
  commitmentOf,
  drawIndex,
  entropyOf,
  outcomeOf,
  pickIndex,
  wordsOf,
} from "./fairness.ts";

/** SHA-256 of nothing, as any reference prints it. */
const HASH_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe.each(VECTORS.outcomes.map((vector, index) => ({ index, ...vector })))(
  "worked case $index: $wheel, round $round",
  (vector) => {
    it("has its seed and commitment in a chain from its last seed to its anchor", () => {
      const chain = seedChain(vector.lastSeed, vector.chainLength);
      expect(chain[0]).toBe(vector.anchor);
      expect(chain[vector.round - 1]).toBe(vector.commitment);
      expect(chain[vector.round]).toBe(vector.seed);
      expect(chain).toHaveLength(vector.chainLength + 1);
    });

    it("has its commitment, its entropy and its pocket", () => {
      expect(commitmentOf(vector.seed)).toBe(vector.commitment);
      expect(entropyOf(vector.clientSeeds)).toBe(vector.entropy);
      expect(outcomeOf(vector)).toBe(vector.pocket);
    });
  },
);

describe("a chain of seeds", () => {
  it("commits each round to the next, and to no other", () => {
    const chain = seedChain("a7".repeat(32), 6);
    for (let round = 1; round <= 6; round += 1) {
      expect(commitmentOf(chain[round]!)).toBe(chain[round - 1]);
      expect(commitmentOf(chain[round - 1]!)).not.toBe(chain[round]);
    }
    expect(new Set(chain).size).toBe(7);
  });

  it.each(["", "ab", "AB".repeat(32), "zz".repeat(32), "0".repeat(63)])(
    "takes %j, which is no seed, for a bug",
    (seed) => {
      const input = {
        tableId: "t",
        round: 1,
        wheel: "european",
        entropy: HASH_OF_NOTHING,
      } as const;
      expect(() => commitmentOf(seed)).toThrow(InvariantError);
      expect(() => outcomeOf({ ...input, seed })).toThrow(InvariantError);
    },
  );
});

describe("entropy and bets digest", () => {
  it("hash the empty string where there is nothing", () => {
    expect(entropyOf([])).toBe(HASH_OF_NOTHING);
    expect(betsDigestOf([])).toBe(HASH_OF_NOTHING);
  });

  it.each(VECTORS.payouts.map((vector, index) => ({ index, ...vector })))(
    "agree with the bets of worked case $index",
    ({ bets, betsDigest }) => {
      expect(betsDigestOf(bets)).toBe(betsDigest);
    },
  );

  it("sort by bytes: 10 before 2, capitals before small letters, - before _", () => {
    // SHA-256 of "A:x\na:x\np10:x\np2:x" must not depend on the order of a locale.
    const players = ["p2", "a", "p10", "A"].map((playerId) => ({ playerId, seed: "x" }));
    expect(entropyOf(players)).toBe(
      entropyOf(["A", "a", "p10", "p2"].map((playerId) => ({ playerId, seed: "x" }))),
    );
    expect(entropyOf(players)).toBe(
      "d32a1a2942803be30201f7bb2be81966a822ed8e32b86e8a510052aa2ab7ccb7",
    );
  });

  it("do not depend on the order in which lists come", () => {
    fc.assert(
      fc.property(arbitraryClientSeeds, arbitraryBets("european"), (seeds, bets) => {
        expect(entropyOf(seeds.toReversed())).toBe(entropyOf(seeds));
        expect(betsDigestOf(bets.toReversed())).toBe(betsDigestOf(bets));
      }),
    );
  });

  it("depend on every part of every line", () => {
    const bet = { playerId: "p1", spot: "red", amount: asChips(5) };
    const digests = [
      [bet],
      [{ ...bet, playerId: "p2" }],
      [{ ...bet, spot: "black" }],
      [{ ...bet, amount: asChips(6) }],
      [bet, { ...bet, spot: "black" }],
    ].map(betsDigestOf);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe("picking without bias", () => {
  it.each([
    [37, 4_294_967_289],
    [38, 4_294_967_290],
    [39, 4_294_967_274],
  ])("for %i pockets rejects every word from %i on", (n, limit) => {
    expect(limit % n).toBe(0);
    expect(limit + n).toBeGreaterThan(2 ** 32);
    expect(pickIndex([limit - 1], n)).toBe(n - 1);
    expect(pickIndex([limit], n)).toBeUndefined();
    expect(pickIndex([2 ** 32 - 1], n)).toBeUndefined();
    expect(pickIndex([limit, 2 ** 32 - 1, 5, 6], n)).toBe(5);
    expect(pickIndex([0], n)).toBe(0);
    expect(pickIndex([], n)).toBeUndefined();
  });

  it("takes every word where the pockets divide the words", () => {
    expect(pickIndex([2 ** 32 - 1], 32)).toBe(31);
  });

  it("reads words big-endian, first to last", () => {
    const bytes = Uint8Array.from([9, 9, 0, 0, 1, 2, 0xff, 0xff, 0xff, 0xfe]);
    expect(wordsOf(bytes.subarray(2))).toEqual([258, 0xfffffffe]);
  });

  it("goes on to the next counter where a digest has no usable word", () => {
    const asked: number[] = [];
    const index = drawIndex(37, (counter) => {
      asked.push(counter);
      return new Uint8Array(32).fill(counter < 2 ? 0xff : 1);
    });
    expect(asked).toEqual([0, 1, 2]);
    expect(index).toBe(0x01010101 % 37);
  });
});
