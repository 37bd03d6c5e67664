/** Telling an ending from a mishap: after which answers is it pointless to come back? */
import { MatchMakeError } from "@colyseus/sdk";

const WORDS = {
  TABLE_FULL: "This table is full. Please choose another one.",
  BANNED: "This player may not play here.",
  UNAUTHENTICATED: "Please sign in again.",
} as const;
type FinalCode = keyof typeof WORDS;

/** The house's close codes for "do not come back". */
export const FINAL_CLOSE_CODES: readonly number[] = [4403];

function finalCodeOf(error: unknown): FinalCode | null {
  if (!(error instanceof MatchMakeError)) return null;
  const codes = Object.keys(WORDS) as FinalCode[];
  const named = codes.find((code) => error.message.includes(code));
  if (named !== undefined) return named;
  if (error.code === 401) return "UNAUTHENTICATED";
  return error.code === 403 ? "BANNED" : null;
}

/** True for a join that will not succeed by being repeated. */
export function isFinalJoinError(error: unknown): boolean {
  return finalCodeOf(error) !== null;
}

/** What to tell the player at such an ending. */
export function finalWords(error: unknown): string {
  const code = finalCodeOf(error);
  return code === null ? "The house has ended your visit to this table." : WORDS[code];
}
