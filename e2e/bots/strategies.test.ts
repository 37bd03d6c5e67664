import { layoutOf } from "@croupier/shared/core/spots";
import { SPOT_KINDS, WHEELS } from "@croupier/shared/core/types";
import { describe, expect, it } from "vitest";
import { createRandom } from "./random.ts";
import type { Situation } from "./strategies.ts";
import { createStrategy, STRATEGY_NAMES } from "./strategies.ts";

const limits = {
  min: 1,
  max: Object.fromEntries(SPOT_KINDS.map((kind) => [kind, 500])),
  playerMax: 5000,
  houseMax: 1_000_000,
};
const situationAt = (wheel: (typeof WHEELS)[number]): Situation => ({
  layout: layoutOf(wheel),
  limits,
  balance: 10_000,
  lastNet: 0,
});

const sound = STRATEGY_NAMES.filter((name) => name !== "maniac");

describe.each(WHEELS)("on the %s wheel", (wheel) => {
  it.each(sound)("%s asks only for what the table allows", (name) => {
    for (let stream = 0; stream < 50; stream += 1) {
      const strategy = createStrategy(name, createRandom(1, stream));
      const wishes = [...strategy(situationAt(wheel)), ...strategy(situationAt(wheel))];
      expect(wishes.length).toBeGreaterThan(0);
      for (const [spot, amount] of wishes.flatMap((wish) => wish.chips)) {
        expect(layoutOf(wheel).find(spot), spot).toBeDefined();
        expect(Number.isInteger(amount) && amount >= limits.min && amount <= 500).toBe(true);
      }
    }
  });
});

describe("strategies", () => {
  it("martingale doubles after a loss and begins again after a win", () => {
    const strategy = createStrategy("martingale", createRandom(1, 1));
    const stakes = [0, -10, -20, 40].map((lastNet) => {
      const [wish] = strategy({ ...situationAt("european"), lastNet });
      return wish?.chips[0]?.[1];
    });
    expect(stakes).toEqual([10, 20, 40, 10]);
  });

  it("maniac asks for what must be refused, and last of all comes late", () => {
    const wishes = Array.from({ length: 50 }, (_, stream) =>
      createStrategy("maniac", createRandom(1, stream))(situationAt("european")),
    );
    expect(wishes.flat().some((wish) => wish.chips.some(([spot]) => spot === "straight:37"))).toBe(
      true,
    );
    for (const round of wishes) {
      const firstLate = round.findIndex((wish) => wish.late);
      if (firstLate >= 0) expect(round.slice(firstLate).every((wish) => wish.late)).toBe(true);
    }
  });

  it("follows from the seed alone", () => {
    const play = () => createStrategy("mixed", createRandom(5, 5))(situationAt("european"));
    expect(play()).toEqual(play());
  });
});
