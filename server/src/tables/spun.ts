/**
 * When the ball of a settled round is spun at the latest: after its table's closing time. While an update
 * rolls another process may run a table that is not in this one's settings.
 */

/**
 * What counts as the closing time of such a table, in milliseconds. No longer, since the last round of a
 * table that is closed waits for it too; so a closing time above it is not kept to by such a process.
 */
export const UNKNOWN_CLOSING_MS = 60_000;
