/**
 * One chain of transfers, hashed again: the bytes of a block are gathered as they come, and where the
 * database says that a block ends its hash must come out.
 */
import type { Hash } from "node:crypto";
import { createHash, hash } from "node:crypto";

const HASH_BYTES = 32;
const NEWLINE = 10;
const FIRST_ROOM = 1 << 12;
/** More than this of one block is not kept, but hashed as it comes. */
const MOST_KEPT = 1 << 20;

/** Where a chain stands: what a later audit holds it to. */
export interface Head {
  readonly blocks: number;
  readonly transfers: number;
  /** Hex. */
  readonly hash: string;
}

/** A block as the database has it; hashes in hex. */
export interface Block {
  readonly chain: string;
  readonly number: number;
  readonly firstId: number;
  readonly transfers: number;
  readonly previous: string;
  readonly hash: string;
}

export class Chain {
  readonly name: string;
  #head: Head = { blocks: 0, transfers: 0, hash: "00".repeat(HASH_BYTES) };
  /** The hash before the block, then its lines so far. */
  #kept: Buffer = Buffer.alloc(FIRST_ROOM);
  #length = HASH_BYTES;
  #hashed: Hash | null = null;
  #firstId = 0;
  #transfers = 0;

  constructor(name: string) {
    this.name = name;
  }

  get head(): Head {
    return this.#head;
  }

  /** Transfers since the last block. */
  get pending(): number {
    return this.#transfers;
  }

  /** Adds a transfer: the bytes of its line, without the newline. */
  add(id: number, bytes: Buffer, [start, end]: readonly [number, number]): void {
    this.#makeRoom(end - start + 1);
    if (this.#transfers === 0) this.#firstId = id;
    else this.#kept[this.#length++] = NEWLINE;
    bytes.copy(this.#kept, this.#length, start, end);
    this.#length += end - start;
    this.#transfers += 1;
  }

  #makeRoom(needed: number): void {
    if (this.#length + needed <= this.#kept.length) return;
    if (this.#length + needed > MOST_KEPT) {
      this.#hashed ??= createHash("sha256");
      this.#hashed.update(this.#kept.subarray(0, this.#length));
      this.#length = 0;
    }
    if (this.#length + needed <= this.#kept.length) return;
    const roomier = Buffer.alloc(2 * (this.#length + needed));
    this.#kept.copy(roomier, 0, 0, this.#length);
    this.#kept = roomier;
  }

  /** Ends the block; answers what is wrong with it. What comes after it is held to what it says. */
  close(block: Block): string | null {
    const fault = this.#faultOf(block, this.#digest());
    this.#begin({
      blocks: block.number,
      transfers: this.#head.transfers + this.#transfers,
      hash: block.hash,
    });
    return fault;
  }

  #digest(): string {
    const kept = this.#kept.subarray(0, this.#length);
    return this.#hashed === null
      ? hash("sha256", kept, "hex")
      : this.#hashed.update(kept).digest("hex");
  }

  #faultOf(block: Block, digest: string): string | null {
    const { chain, number, firstId, transfers, previous } = block;
    if (chain !== this.name) return `is filed under "${chain}"`;
    if (number !== this.#head.blocks + 1) return `comes after block ${this.#head.blocks}`;
    if (previous !== this.#head.hash) return "does not follow from the block before";
    if (transfers !== this.#transfers)
      return `is of ${transfers} transfers, not ${this.#transfers}`;
    if (firstId !== this.#firstId) return `begins with transfer ${firstId}, not ${this.#firstId}`;
    return digest === block.hash ? null : "has another hash than its transfers";
  }

  #begin(head: Head): void {
    this.#head = head;
    this.#hashed = null;
    this.#transfers = 0;
    this.#length = this.#kept.write(head.hash, "hex");
  }
}
