/**
 * A hash chain of seeds, made at its far end and used from its near one (see FAIRNESS).
 *
 * `seed[i]` is the SHA-256 of `seed[i + 1]`; `seed[0]`, the anchor, is public. To read any seed in a
 * bounded time without keeping them all, every 1,024th is kept as a checkpoint, and the last one.
 */
import { hash, randomBytes } from "node:crypto";
import { assert } from "@croupier/shared/core/assert";
import { nextTurn } from "../platform/turn.ts";

const SEED_BYTES = 32;
const STRIDE = 1_024;
/** Hashes between two turns of the event loop, when a chain is made: some 2 ms. */
const HASHES_PER_TURN = 2_048;

export interface SeedChain {
  /** `seed[0]`. */
  readonly anchor: Buffer;
  /** Seeds 1…length are for rounds. */
  readonly length: number;
  /** `seed[STRIDE]`, `seed[2 * STRIDE]` … and last `seed[length]`, joined. */
  readonly checkpoints: Buffer;
}

const sha256 = (bytes: Buffer): Buffer => hash("sha256", bytes, "buffer");

/** Makes a chain from the system's randomness; other work goes on meanwhile. */
export async function makeChain(length: number): Promise<SeedChain> {
  assert(Number.isSafeInteger(length) && length > 0, `a chain of ${length} seeds`);
  const checkpoints = Buffer.alloc(checkpointCount(length) * SEED_BYTES);
  let seed: Buffer = randomBytes(SEED_BYTES);
  seed.copy(checkpoints, checkpoints.length - SEED_BYTES);
  for (let index = length - 1; index >= 0; index -= 1) {
    seed = sha256(seed);
    if (index > 0 && index % STRIDE === 0) seed.copy(checkpoints, placeOf(index));
    if (index % HASHES_PER_TURN === 0) await nextTurn();
  }
  return { anchor: seed, length, checkpoints };
}

/** How many checkpoints a chain has: the last one counts even where it is not on the stride. */
function checkpointCount(length: number): number {
  return Math.ceil(length / STRIDE);
}

/** Where the checkpoint for seed `index` (a multiple of the stride) begins. */
function placeOf(index: number): number {
  return (index / STRIDE - 1) * SEED_BYTES;
}

/** Reads seeds of a chain; keeps the last block that was needed, because rounds come in order. */
export class SeedReader {
  readonly #chain: SeedChain;
  #block = -1;
  /** The seeds of the block, by their place in it. */
  #seeds: Buffer[] = [];

  constructor(chain: SeedChain) {
    assert(
      chain.checkpoints.length === checkpointCount(chain.length) * SEED_BYTES,
      "a chain's checkpoints do not fit its length",
    );
    this.#chain = chain;
  }

  /** `seed[index]`, 0 ≤ index ≤ length. Costs at most {@link STRIDE} hashes. */
  seedAt(index: number): Buffer {
    const { anchor, length } = this.#chain;
    assert(Number.isSafeInteger(index) && index >= 0 && index <= length, `no seed ${index}`);
    if (index === 0) return anchor;
    const block = Math.ceil(index / STRIDE) - 1;
    if (block !== this.#block) this.#load(block);
    const seed = this.#seeds[index - block * STRIDE - 1];
    assert(seed !== undefined, `seed ${index} is not in its block`);
    return seed;
  }

  /** Block b holds the seeds b * STRIDE + 1 … (b + 1) * STRIDE, or to the chain's end. */
  #load(block: number): void {
    const { checkpoints, length } = this.#chain;
    const last = Math.min((block + 1) * STRIDE, length);
    const seeds = new Array<Buffer>(last - block * STRIDE);
    let seed: Buffer = Buffer.from(
      checkpoints.subarray(block * SEED_BYTES, (block + 1) * SEED_BYTES),
    );
    for (let place = seeds.length - 1; place >= 0; place -= 1) {
      seeds[place] = seed;
      seed = sha256(seed);
    }
    this.#block = block;
    this.#seeds = seeds;
  }
}
