/** Refusals in words for the player, who wants to know what happened and what is allowed. */
import type { Refusal } from "@croupier/shared/protocol/refusals";
import { formatChips } from "./format.ts";

const OWN_WORDS: Partial<Record<Refusal["code"], string>> = {
  INSUFFICIENT_CHIPS: "Not enough chips for that bet.",
  NOTHING_TO_UNDO: "There is nothing to take back.",
  NOTHING_TO_REPEAT: "There is no earlier bet to repeat.",
  TOO_MANY_REQUESTS: "That was too fast. Please try again.",
  BANK_UNAVAILABLE: "The bank is not answering right now. Your chips show what was placed.",
  TABLE_PAUSED: "The table is paused. Your chips show what was placed.",
  TABLE_FULL: "This table is full.",
  BANNED: "You may not play here.",
};

const LIMITS: Partial<Record<Refusal["code"], string>> = {
  BELOW_MIN: "The minimum on this spot is",
  ABOVE_SPOT_MAX: "The maximum on this spot is",
  ABOVE_PLAYER_MAX: "The maximum per player and round is",
  HOUSE_LIMIT: "The house cannot cover that bet. The most it pays in one round is",
};

/** A sentence for the player; falls back on the server's own message. */
export function explainRefusal(refusal: Refusal): string {
  if (refusal.code === "BETTING_CLOSED") {
    return "Too late: betting had closed. Nothing was placed.";
  }
  const limit = LIMITS[refusal.code];
  if (limit !== undefined && refusal.limit !== undefined) {
    return `${limit} ${formatChips(refusal.limit)}.`;
  }
  return OWN_WORDS[refusal.code] ?? refusal.message;
}
