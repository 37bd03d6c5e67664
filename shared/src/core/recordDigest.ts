/**
 * A record's own digest, over the fields that no other hash of the record holds for certain: its
 * times, its reason, and names and numbers that might by chance give the same pocket.
 *
 * It shows damage on the way, not bad faith of the house, which can make a digest for any record.
 */
import { sha256OfText } from "./fairness.ts";
import type { RoundRecord } from "./recordShape.ts";

/** The scalar fields under a record's digest; lists are held by the hashes among them. */
const SEALED = [
  "version",
  "tableId",
  "round",
  "wheel",
  "zeroRule",
  "status",
  "reason",
  "commitment",
  "seed",
  "entropy",
  "betsDigest",
  "pocket",
  "openedAt",
  "lockedAt",
  "settledAt",
] as const;

/** The fields that only the digest holds for certain. */
export const HELD_BY_DIGEST: readonly string[] = [
  "tableId",
  "round",
  "reason",
  "openedAt",
  "lockedAt",
  "settledAt",
];

/**
 * The digest over a record's fields, hex: SHA-256 of one line `name=value` for each scalar field
 * that is there, joined by newlines.
 */
export function recordDigestOf(record: RoundRecord): string {
  const fields = new Map<string, unknown>(Object.entries(record));
  const lines = SEALED.filter((name) => fields.has(name)).map(
    (name) => `${name}=${String(fields.get(name))}`,
  );
  return sha256OfText(lines.join("\n"));
}

/** The record with its digest, as it is published. */
export function sealRecord<R extends RoundRecord>(record: R): R & { readonly digest: string } {
  return { ...record, digest: recordDigestOf(record) };
}
