/** What a check is, and what it tells. */

/** Faults that are named for one check; how many there are is counted beyond. */
export const MOST_NAMED = 20;

export interface AuditLine {
  /** The invariant, in words. */
  readonly check: string;
  /** How many things were looked at. */
  readonly counted: number;
  readonly ok: boolean;
  /** What breaks it, at most {@link MOST_NAMED}. */
  readonly faults: readonly string[];
}

/** An invariant that the database itself can look up. */
export interface SqlCheck {
  readonly check: string;
  /** Answers one number, `counted`. */
  readonly count: string;
  /** Answers one text, `fault`, for each thing that breaks it. */
  readonly faults: string;
}
