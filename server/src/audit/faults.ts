import type { AuditLine } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";

/** What breaks one invariant: the first ones by name, the others not at all. */
export class Faults {
  readonly #named: string[] = [];

  /** True where no more is named. */
  get full(): boolean {
    return this.#named.length >= MOST_NAMED;
  }

  add(fault: string): void {
    if (!this.full) this.#named.push(fault);
  }

  /** The line of the check that they belong to. */
  line(check: string, counted: number): AuditLine {
    return { check, counted, ok: this.#named.length === 0, faults: this.#named };
  }
}
