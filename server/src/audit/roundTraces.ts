/**
 * What players' chips did in each round, as a hash: enough to see that it is what the round's
 * operations and bets say, without keeping any of it.
 *
 * The trace of a round is a line for each stake, release, payout or void, in their order: the letter
 * that its kind begins with, the amount, the player, and for the first two the operation and the
 * balance that it left.
 */
import { hash } from "node:crypto";
import type { TransferLine } from "./transferLines.ts";

const [TAB, NEWLINE, MINUS, ZERO] = [9, 10, 45, 48];
/** As many digits as a balance can have, and a sign. */
const MOST_DIGITS = 20;
const [P, R, S, V] = [..."prsv"].map((letter) => letter.charCodeAt(0));
const FIRST_ROOM = 1 << 14;

/** One player's move, as a line of a trace. */
export function traceLine(letter: "p" | "r" | "s" | "v", amount: number, who: string): string {
  return `${letter}${amount}\t${who}\n`;
}

export const traceHash = (text: string | Buffer): string => hash("sha256", text, "base64");

/** The rounds of one table, which come one after the other. */
export class TableTraces {
  readonly done = new Map<number, string>();
  #round = 0;
  #text: Buffer = Buffer.alloc(FIRST_ROOM);
  #length = 0;

  /** Adds the line of a transfer after which the player had `balance` chips. */
  add(line: TransferLine, letter: number, balance: number): void {
    const round = line.integer("round");
    if (round !== this.#round) {
      this.close();
      this.#round = round;
    }
    const { bytes } = line;
    this.#makeRoom(line.end - line.start + MOST_DIGITS);
    this.#text[this.#length++] = letter;
    // The amount, a tab and the player, which are side by side.
    this.#copy(bytes, line.startOf("amount"), line.endOf("player"));
    if (letter === S || letter === R) {
      this.#text[this.#length++] = TAB;
      this.#copy(bytes, line.startOf("op"), line.endOf("op"));
      this.#text[this.#length++] = TAB;
      this.#write(balance);
    }
    this.#text[this.#length++] = NEWLINE;
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    bytes.copy(this.#text, this.#length, start, end);
    this.#length += end - start;
  }

  #write(balance: number): void {
    if (balance < 0) this.#text[this.#length++] = MINUS;
    const digits = Math.abs(balance);
    if (digits > 9) this.#write(Math.floor(digits / 10));
    this.#text[this.#length++] = ZERO + (digits % 10);
  }

  #makeRoom(needed: number): void {
    if (this.#length + needed <= this.#text.length) return;
    const roomier = Buffer.alloc(2 * (this.#length + needed));
    this.#text.copy(roomier, 0, 0, this.#length);
    this.#text = roomier;
  }

  /** A round that comes back after another one has no trace that could be held to anything. */
  close(): void {
    if (this.#length === 0) return;
    const known = this.done.has(this.#round);
    this.done.set(this.#round, known ? "" : traceHash(this.#text.subarray(0, this.#length)));
    this.#length = 0;
  }
}

export class RoundTraces {
  readonly #tables = new Map<string, TableTraces>();

  /** The traces of a table; made where there are none. */
  of(tableId: string): TableTraces {
    const found = this.#tables.get(tableId) ?? new TableTraces();
    this.#tables.set(tableId, found);
    return found;
  }

  /** The hash of a round's trace, once; undefined where no player's chips moved. */
  take(tableId: string, round: number): string | undefined {
    const traces = this.#tables.get(tableId);
    traces?.close();
    const found = traces?.done.get(round);
    traces?.done.delete(round);
    return found;
  }

  /** Whether every trace was taken. */
  get empty(): boolean {
    return [...this.#tables.values()].every(({ done }) => done.size === 0);
  }
}

/** The letter of a player's move; undefined for what is none. */
export function letterOf(line: TransferLine): number | undefined {
  const letter = line.bytes[line.start];
  return letter === S || letter === R || letter === P || letter === V ? letter : undefined;
}
