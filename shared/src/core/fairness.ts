/**
 * `croupier/v1`: how an outcome follows from a seed that was committed to and from what players
 * added to it.
 *
 * A table's seeds are a hash chain handed out backwards: the SHA-256 of a round's seed is the seed
 * of the round before, which everyone holds already. Players' client seeds are frozen into an
 * entropy before betting opens. The outcome is read from HMAC-SHA256 of both, without modulo bias.
 *
 * Everything here is synchronous and runs alike in the server, the browser and the verifier.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { assert } from "./assert.ts";
import { compareBytes } from "./order.ts";
import type { Bet, ClientSeed, Pocket, WheelName } from "./types.ts";
import { pocketsOf } from "./wheel.ts";

export const FAIRNESS_VERSION = "croupier/v1";

/** A seed or a digest in text: 32 bytes as lower-case hex. */
export const HASH_PATTERN = /^[0-9a-f]{64}$/;

const WORD_VALUES = 2 ** 32;

export interface OutcomeInput {
  readonly tableId: string;
  readonly round: number;
  readonly wheel: WheelName;
  /** Hex, from {@link entropyOf}. */
  readonly entropy: string;
  /** The round's seed, hex. */
  readonly seed: string;
}

/** SHA-256 of UTF-8 text, as lower-case hex. */
export function sha256OfText(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** What commits to a seed: the SHA-256 of its 32 bytes, which is the seed of the round before. */
export function commitmentOf(seedHex: string): string {
  assert(HASH_PATTERN.test(seedHex), "a seed is 32 bytes in lower-case hex");
  return bytesToHex(sha256(hexToBytes(seedHex)));
}

/** The entropy of frozen client seeds, hex, whatever order they come in. */
export function entropyOf(clientSeeds: readonly ClientSeed[]): string {
  const lines = clientSeeds
    .toSorted((left, right) => compareBytes(left.playerId, right.playerId))
    .map(({ playerId, seed }) => `${playerId}:${seed}`);
  return sha256OfText(lines.join("\n"));
}

/** The order of bets in a record and in the digest: by player, then by spot, bytewise. */
export function compareBets(left: Bet, right: Bet): number {
  return compareBytes(left.playerId, right.playerId) || compareBytes(left.spot, right.spot);
}

/** The digest of all bets of a round, hex; a player has at most one bet on a spot. */
export function betsDigestOf(bets: readonly Bet[]): string {
  const lines = bets
    .toSorted(compareBets)
    .map(({ playerId, spot, amount }) => `${playerId}|${spot}|${amount}`);
  return sha256OfText(lines.join("\n"));
}

/**
 * The index 0 … n-1 that the first usable word gives, or undefined where every word is rejected.
 *
 * Words at or above the greatest multiple of `n` would favour the low indices, so they are skipped.
 *
 * @param words 32-bit unsigned integers
 */
export function pickIndex(words: Iterable<number>, n: number): number | undefined {
  const usable = WORD_VALUES - (WORD_VALUES % n);
  for (const word of words) if (word < usable) return word % n;
  return undefined;
}

/** The big-endian 32-bit words of a digest, first to last. */
export function wordsOf(digest: Uint8Array): number[] {
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  return Array.from({ length: digest.byteLength / 4 }, (_, index) => view.getUint32(4 * index));
}

/**
 * The first usable index among the digests of counter 0, 1, 2 …
 *
 * A digest of 256 bits with no usable word does not happen in a casino's life, but the rule has it.
 */
export function drawIndex(n: number, digestAt: (counter: number) => Uint8Array): number {
  for (let counter = 0; ; counter += 1) {
    const index = pickIndex(wordsOf(digestAt(counter)), n);
    if (index !== undefined) return index;
  }
}

/** The pocket that a round's seed and entropy give. */
export function outcomeOf({ tableId, round, wheel, entropy, seed }: OutcomeInput): Pocket {
  assert(HASH_PATTERN.test(seed), "a seed is 32 bytes in lower-case hex");
  const pockets = pocketsOf(wheel);
  const key = hexToBytes(seed);
  const place = drawIndex(pockets.length, (counter) => {
    const message = [FAIRNESS_VERSION, tableId, round, wheel, entropy, counter].join("|");
    return hmac(sha256, key, utf8ToBytes(message));
  });
  const pocket = pockets[place];
  assert(pocket !== undefined, `the ${wheel} wheel has no place ${place}`);
  return pocket;
}
