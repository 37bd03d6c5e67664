/** Names that people see of each other. */
import { randomInt } from "node:crypto";

const LONGEST_NAME = 24;

/**
 * A name as it is kept and shown: what cannot be seen is out, spaces are single ones; null where
 * nothing that can be seen is left, or more than 24 characters.
 */
export function cleanName(text: unknown): string | null {
  if (typeof text !== "string" || text.length > 200) return null;
  const name = text
    .normalize("NFC")
    .replaceAll(/[\p{Z}\s]+/gu, " ")
    .replaceAll(/\p{C}/gu, "")
    .trim();
  const characters = [...name].length;
  if (characters === 0 || characters > LONGEST_NAME || !/[\p{L}\p{N}\p{P}\p{S}]/u.test(name)) {
    return null;
  }
  return name;
}

/** A name for somebody who gave none. */
export function guestName(): string {
  return `Guest ${randomInt(1_000, 10_000)}`;
}
