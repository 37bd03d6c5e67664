/** Where a process can end, by what it sends to the database, and how. */

/** How to know the statements that make a table's steps durable. */
export const STATEMENTS = {
  ACCOUNTS: /INSERT INTO accounts/,
  BETS: /COPY bets /,
  CHAIN: /INSERT INTO seed_chains/,
  /** Holds the rounds that operations are for; nothing of theirs is written yet. */
  HOLD: /FROM hold_postings\(/,
  LOCK: /SELECT lock_round\(/,
  /** Tells the others that a lease was given up. */
  NOTIFY: /^NOTIFY /,
  OPEN: /INSERT INTO rounds/,
  OPERATIONS: /(COPY|INSERT INTO) operations /,
  /** Gives a lease up. */
  RELEASE: /UPDATE leases SET holder = NULL/,
  SETTLE: /SELECT settle_round\(/,
  /** Takes a lease. */
  TAKE: /INSERT INTO leases/,
  TRANSFERS: /(COPY|INSERT INTO) transfers /,
  VOID: /SELECT void_round\(/,
} as const;

/**
 * A place in what a process sends: before or after a statement whose text matches, or before or
 * after the COMMIT of the transaction that has such a statement.
 */
export interface Place {
  readonly moment: "before" | "after" | "before the commit of" | "after the commit of";
  readonly statement: RegExp;
  /** How many of such are let through; 0 unless given. */
  readonly skipping?: number;
}

/**
 * - `death`: the process is gone;
 * - `lost connection`: it lives on without that connection, and so without the statement or its answer;
 * - `cut off`: the same, and it loses every other connection that it uses, until it `reachesBank`;
 * - `standstill`: it does nothing more, and keeps its connections.
 */
export type End = "death" | "lost connection" | "cut off" | "standstill";
