/** What a benchmark says: absolute figures, ratios beside them, and the bars they are held to. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** A figure that is to be at least, or at most, so much. */
export interface Bar extends Figure {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Benchmark {
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly bars: readonly Bar[];
}

/** Whether a bar is met. */
export function isMet({ value, atLeast, atMost }: Bar): boolean {
  return (
    value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY)
  );
}

/**
 * The line that ends a run, and its exit code: 1 where a bar was missed. A value that could not be
 * measured (NaN) misses its bar.
 */
export function verdictOf(benchmarks: readonly Benchmark[]): { line: string; code: 0 | 1 } {
  const bars = benchmarks.flatMap((benchmark) => benchmark.bars);
  const missed = bars.filter((bar) => !isMet(bar)).length;
  return { line: `${bars.length - missed} of ${bars.length} bars met`, code: missed === 0 ? 0 : 1 };
}

/** A benchmark as lines for a terminal. */
export function linesOf({ title, figures, bars }: Benchmark): string {
  const figureLines = figures.map((figure) => `         ${told(figure)}`);
  const barLines = bars.map((bar) => {
    const goal = bar.atLeast === undefined ? `at most ${bar.atMost}` : `at least ${bar.atLeast}`;
    return `  ${isMet(bar) ? "met   " : "MISSED"} ${told(bar)} (${goal})`;
  });
  return [title, ...figureLines, ...barLines, ""].join("\n");
}

function told({ name, value, unit }: Figure): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
  const number = value.toLocaleString("en", { maximumFractionDigits: digits });
  return `${name}: ${number} ${unit}`;
}
