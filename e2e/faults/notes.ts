/** What is written down in a run: what was inflicted, how long things took, what must not be. */

export interface Told {
  /** What must not be; empty where everything held. */
  readonly findings: readonly string[];
  /** How often each fault was inflicted. */
  readonly faults: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly measured: Readonly<Record<string, { most: number; median: number; times: number }>>;
}

/** The first ones say enough. */
const MOST_FINDINGS = 20;

export class Notes {
  readonly #say: (line: string) => void;
  readonly #findings: string[] = [];
  readonly #faults = new Map<string, number>();
  readonly #measuredMs = new Map<string, number[]>();

  /** `say` hears each finding as it comes. */
  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  inflicted(fault: string): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
  }

  /** Something took so long; longer than `mostMs` it must not be. */
  measured(name: string, tookMs: number, mostMs: number): void {
    this.#measuredMs.set(name, [...(this.#measuredMs.get(name) ?? []), tookMs]);
    if (tookMs > mostMs) this.finding(`${name}: ${tookMs} ms, where ${mostMs} are allowed`);
  }

  finding(finding: string): void {
    this.#say(`  ! ${finding}`);
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push(finding);
  }

  get told(): Told {
    const measured = Array.from(this.#measuredMs, ([name, all]) => {
      const sorted = all.toSorted((one, other) => one - other);
      const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
      return [name, { median, most: sorted.at(-1) ?? 0, times: sorted.length }] as const;
    });
    return {
      findings: this.#findings,
      faults: Object.fromEntries(this.#faults),
      measured: Object.fromEntries(measured),
    };
  }
}
