/** Pages of lists that go back in time. */

/** Rows in one answer, whatever is asked for. */
const MOST_LISTED = 500;

export interface Page {
  /** Where the page before ended: only what is older comes. */
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

/** Below which id or number the page begins. */
export const beforeOf = ({ before }: Page): number => before ?? Number.MAX_SAFE_INTEGER;
/** How many rows it has at most. */
export const limitOf = ({ limit }: Page): number => Math.max(1, Math.min(limit ?? 50, MOST_LISTED));
