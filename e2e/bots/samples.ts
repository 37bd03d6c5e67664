/**
 * Measured values, kept exactly up to a bound; past it a uniform sample of all of them (each new one
 * takes the place of a kept one with the probability that keeps every one's chance the same).
 */
const MOST_SAMPLES = 1_000_000;

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export class Samples {
  readonly #kept: number[] = [];
  #seen = 0;

  add(value: number): void {
    this.#seen += 1;
    if (this.#kept.length < MOST_SAMPLES) {
      this.#kept.push(value);
      return;
    }
    const place = Math.floor(Math.random() * this.#seen);
    if (place < MOST_SAMPLES) this.#kept[place] = value;
  }

  get values(): Float64Array {
    return Float64Array.from(this.#kept);
  }
}

/** Exact percentiles (nearest rank) of all values, with three decimals; zeros for none. */
export function percentilesOf(...lists: readonly Iterable<number>[]): Percentiles {
  const sorted = Float64Array.from(lists.flatMap((list) => [...list])).sort();
  const rank = (share: number): number =>
    rounded(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
}

/** For each percentile the worst of several. */
export function worstOf(all: readonly Percentiles[]): Percentiles {
  const worst = (name: keyof Percentiles): number => Math.max(0, ...all.map((one) => one[name]));
  return { p50: worst("p50"), p95: worst("p95"), p99: worst("p99"), max: worst("max") };
}

const rounded = (value: number): number => Math.round(1000 * value) / 1000;
