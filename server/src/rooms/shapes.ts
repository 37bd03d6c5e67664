/**
 * The shapes of requests. Only the shape is looked at here: whether a spot exists and an amount is
 * one is for the table to say, with its own refusals. Nothing that comes out can surprise the table:
 * ids are short strings, and an amount that is no number is `NaN`.
 */
import { BOUNDS, TOKEN_PATTERN } from "@croupier/shared/core/bounds";
import type { Placement } from "@croupier/shared/protocol/requests";

/** What was wrong and what is allowed, for people. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

/** Longer than any spot's id, so a longer one is unknown all the same. */
const LONGEST_SPOT = 64;

function fieldsOf(payload: unknown): Readonly<Record<string, unknown>> {
  if (typeof payload === "object" && payload !== null && !Array.isArray(payload)) {
    return payload as Record<string, unknown>;
  }
  throw new MalformedError("A request's payload is an object.");
}

export function readOp(payload: unknown): string {
  const { op } = fieldsOf(payload);
  if (typeof op === "string" && TOKEN_PATTERN.test(op)) return op;
  throw new MalformedError(`op is 1 to ${BOUNDS.opLength} of 0-9, A-Z, a-z, _ and -.`);
}

export function readChips(payload: unknown): readonly Placement[] {
  const { chips } = fieldsOf(payload);
  if (!Array.isArray(chips) || chips.length === 0 || chips.length > BOUNDS.placementsPerBatch) {
    throw new MalformedError(
      `chips is a list of 1 to ${BOUNDS.placementsPerBatch} placements [spotId, amount].`,
    );
  }
  return chips.map(readPlacement);
}

function readPlacement(placement: unknown): Placement {
  if (!Array.isArray(placement) || placement.length !== 2 || typeof placement[0] !== "string") {
    throw new MalformedError("A placement is [spotId, amount].");
  }
  const amount: unknown = placement[1];
  return [placement[0].slice(0, LONGEST_SPOT), typeof amount === "number" ? amount : Number.NaN];
}

export function readSeed(payload: unknown): string {
  const { seed } = fieldsOf(payload);
  if (typeof seed === "string" && TOKEN_PATTERN.test(seed)) return seed;
  throw new MalformedError(`seed is 1 to ${BOUNDS.clientSeedLength} of 0-9, A-Z, a-z, _ and -.`);
}

/** The line as everyone may see it: no control characters, none that turn the text around. */
export function readChat(payload: unknown): string {
  const { text } = fieldsOf(payload);
  if (typeof text === "string") {
    const line = text
      .replace(/\s/gu, " ")
      .replace(/[\p{Cc}\p{Co}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
      .replace(/ +/g, " ")
      .trim();
    if (line.length > 0 && [...line].length <= BOUNDS.chatLength) return line;
  }
  throw new MalformedError(`text is a line of 1 to ${BOUNDS.chatLength} characters.`);
}
