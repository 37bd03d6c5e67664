/** The blocks of one chain of transfers, as the database would have added them. */
import { hash } from "node:crypto";
import type { CopyIn } from "./copyIn.ts";

const BEGINNING = Buffer.alloc(32);

export class ChainWriter {
  readonly #chain: string;
  readonly #blocks: CopyIn;
  #number = 0;
  #previous: Buffer = BEGINNING;
  #firstId = 0;
  #lastId = 0;
  #lines: string[] = [];

  constructor(chain: string, blocks: CopyIn) {
    this.#chain = chain;
    this.#blocks = blocks;
  }

  add(id: number, line: string): void {
    if (this.#lines.length === 0) this.#firstId = id;
    this.#lastId = id;
    this.#lines.push(line);
  }

  /** Ends the block of what was added since the last one. */
  close(): void {
    const transfers = this.#lines.length;
    if (transfers === 0) return;
    const text = Buffer.from(this.#lines.join("\n"));
    const digest = hash("sha256", Buffer.concat([this.#previous, text]), "buffer");
    this.#number += 1;
    const ids = [this.#firstId, this.#lastId];
    this.#blocks.add(this.#chain, this.#number, ...ids, transfers, this.#previous, digest);
    this.#previous = digest;
    this.#lines = [];
  }
}
