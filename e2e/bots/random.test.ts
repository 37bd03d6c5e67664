import { describe, expect, it } from "vitest";
import { createRandom } from "./random.ts";

const draw = (seed: number, stream: number): number[] => {
  const random = createRandom(seed, stream);
  return Array.from({ length: 200 }, () => random.whole(0, 36));
};

describe("seeded randomness", () => {
  it("repeats itself for the same seed and stream", () => {
    expect(draw(7, 3)).toEqual(draw(7, 3));
  });

  it("differs between streams and between seeds", () => {
    expect(draw(7, 3)).not.toEqual(draw(7, 4));
    expect(draw(7, 3)).not.toEqual(draw(8, 3));
  });

  it("reaches every number of the range and none outside", () => {
    const seen = new Set(Array.from({ length: 10 }, (_, stream) => draw(1, stream)).flat());
    expect([...seen].toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 37 }, (_, number) => number),
    );
  });

  it("keeps to probabilities", () => {
    const random = createRandom(1, 1);
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(2300);
    expect(hits).toBeLessThan(2700);
  });
});
