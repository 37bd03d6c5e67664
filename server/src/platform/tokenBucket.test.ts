import { describe, expect, it } from "vitest";
import { TokenBucket, TokenBuckets } from "./tokenBucket.ts";

const rate = { perSecond: 2, burst: 3 };

describe("a token bucket", () => {
  it("gives its burst at once and then nothing", () => {
    const bucket = new TokenBucket(rate, 0);
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
  });

  it("refills by time, up to its burst", () => {
    const bucket = new TokenBucket(rate, 0);
    for (let taken = 0; taken < 3; taken += 1) bucket.take(0);
    expect(bucket.take(499)).toBe(false);
    expect(bucket.take(1000)).toBe(true);
    expect([1, 2, 3, 4].map(() => bucket.take(60_000))).toEqual([true, true, true, false]);
  });

  it("does not refill where the clock goes back", () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 10_000);
    expect(bucket.take(10_000)).toBe(true);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.take(500)).toBe(false);
  });
});

describe("buckets by key", () => {
  it("keeps keys apart", () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 10);
    expect(buckets.take("a", 0)).toBe(true);
    expect(buckets.take("a", 0)).toBe(false);
    expect(buckets.take("b", 0)).toBe(true);
  });

  it("forgets the one used longest ago past its bound", () => {
    const buckets = new TokenBuckets({ perSecond: 0, burst: 1 }, 2);
    buckets.take("a", 0);
    buckets.take("b", 0);
    buckets.take("a", 0);
    buckets.take("c", 0);
    expect(buckets.take("a", 0)).toBe(false);
    expect(buckets.take("b", 0)).toBe(true);
  });
});
