/**
 * Refusals: the expected "no" of the server, with a code that a client can act on.
 *
 * A refusal is an answer, not an error: the request's promise rejects with
 * `error.reason = { code, message, … }`, and the connection stays.
 */
export const REFUSAL_CODES = [
  "BETTING_CLOSED",
  "INSUFFICIENT_CHIPS",
  "SPOT_UNKNOWN",
  "AMOUNT_INVALID",
  "BELOW_MIN",
  "ABOVE_SPOT_MAX",
  "ABOVE_PLAYER_MAX",
  "HOUSE_LIMIT",
  "NOTHING_TO_UNDO",
  "NOTHING_TO_REPEAT",
  "OP_REUSED",
  "MALFORMED",
  "TOO_MANY_REQUESTS",
  "BANK_UNAVAILABLE",
  "TABLE_PAUSED",
  "TABLE_FULL",
  "UNAUTHENTICATED",
  "BANNED",
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** What a refused request answers with. */
export interface Refusal {
  readonly code: RefusalCode;
  /** What was wrong and what is allowed, for people. */
  readonly message: string;
  /** With `BETTING_CLOSED`: how long after the close the request arrived, in milliseconds. */
  readonly lateMs?: number;
  /** With the limit codes (`BELOW_MIN`, `ABOVE_…`, `HOUSE_LIMIT`): the limit in chips. */
  readonly limit?: number;
  /** The spot that the refusal is about, where there is one. */
  readonly spot?: string;
}
