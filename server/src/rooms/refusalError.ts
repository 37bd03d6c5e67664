/** A refusal to come in: what the matchmaker answers, and what a socket is told before it is closed. */
import { ServerError } from "@colyseus/core";

const STATUS = {
  UNAUTHENTICATED: 401,
  BANNED: 403,
  NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  TABLE_FULL: 409,
  MALFORMED: 400,
  TOO_MANY_REQUESTS: 429,
  TABLE_PAUSED: 503,
  BANK_UNAVAILABLE: 503,
} as const;

export type EntryRefusal = keyof typeof STATUS;

/**
 * The SDK hands on a number and a text: the number is the HTTP status, and the text begins with the
 * code, as in `TABLE_FULL: This table has no free seat.`
 */
export function refusalError(code: EntryRefusal, message: string): ServerError {
  return new ServerError(STATUS[code], `${code}: ${message}`);
}

/** The code and the text of a message that `refusalError` made; null for any other. */
export function readRefusal(text: string): { code: string; message: string } | null {
  const parts = /^([A-Z][A-Z_]+): (.*)$/s.exec(text);
  return parts?.[1] === undefined ? null : { code: parts[1], message: parts[2] ?? "" };
}
