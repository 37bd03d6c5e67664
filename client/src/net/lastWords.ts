/** Telling an ending from a mishap: after which answers is it pointless to come back? */
import { MatchMakeError } from "@colyseus/sdk";

/** The house's words for each ending, by the code that its message begins with. */
const WORDS = {
  TABLE_FULL: "This table is full. Please choose another one.",
  NOT_FOUND: "This table is no longer there. Please choose another one.",
  BANNED: "You may not play here.",
  UNAUTHENTICATED: "Please sign in again.",
} as const;
type FinalCode = keyof typeof WORDS;

/** What ends a stay in the lobby, which is never full and only for a moment not there. */
const LOBBY_ENDINGS: readonly FinalCode[] = ["BANNED", "UNAUTHENTICATED"];

/** The house's close codes for "do not come back". */
export const FINAL_CLOSE_CODES: readonly number[] = [4403];

function codeOf(error: unknown): FinalCode | null {
  if (!(error instanceof MatchMakeError)) return null;
  const codes = Object.keys(WORDS) as FinalCode[];
  return codes.find((code) => error.message.startsWith(`${code}:`)) ?? null;
}

/**
 * Where a crowd comes back to a table that went on elsewhere, or strangers were quicker, a seat may be
 * free again in a moment: so many milliseconds after a stay there, "full" is not the last word.
 */
const FULL_FOR_NOW_MS = 20_000;

/**
 * True for a join of a table that will not succeed by being repeated.
 *
 * @param awayMs how long ago the player sat there; infinite where they never did
 */
export function endsTable(error: unknown, awayMs: number): boolean {
  const code = codeOf(error);
  if (code === "TABLE_FULL") return awayMs >= FULL_FOR_NOW_MS;
  return code !== null;
}

/** True for a join of the lobby that will not succeed by being repeated. */
export function endsLobby(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && LOBBY_ENDINGS.includes(code);
}

/** What to tell the player at such an ending. */
export function finalWords(error: unknown): string {
  const code = codeOf(error);
  return code === null ? "The house has ended your visit to this table." : WORDS[code];
}
