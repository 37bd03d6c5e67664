/** Which kinds of accounts each kind of transfer moves chips between, and what that does to an escrow. */
import type { AccountBook } from "./accountBook.ts";
import { KINDS } from "./accountBook.ts";
import type { TransferLine } from "./transferLines.ts";

interface Movement {
  readonly word: Buffer;
  readonly from: number;
  readonly to: number;
  /** +1: into an escrow, -1: out of one. */
  readonly escrow: -1 | 0 | 1;
}

const PLAYER = KINDS.indexOf("player");
const [HOUSE, ESCROW] = [KINDS.indexOf("house"), KINDS.indexOf("escrow")];

/** By first letter and length, which tell all kinds apart. */
const MOVEMENTS: readonly (Movement | undefined)[] = (() => {
  const listed: (Movement | undefined)[] = [];
  const all = [
    ["grant", "issuer", "player"],
    ["daily", "issuer", "player"],
    ["bankroll", "issuer", "house"],
    ["stake", "player", "escrow"],
    ["release", "escrow", "player"],
    ["cover", "house", "escrow"],
    ["payout", "escrow", "player"],
    ["collect", "escrow", "house"],
    ["void", "escrow", "player"],
  ] as const;
  for (const [kind, giver, taker] of all) {
    const word = Buffer.from(kind);
    const [from, to] = [KINDS.indexOf(giver), KINDS.indexOf(taker)];
    const escrow = from === ESCROW ? -1 : to === ESCROW ? 1 : 0;
    listed[placeOf(word[0] ?? 0, word.length)] = { word, from, to, escrow };
  }
  return listed;
})();

function placeOf(letter: number, length: number): number {
  return letter * 16 + length;
}

/** How the line's transfer moves chips; undefined where there is no such kind. */
export function movementOf(line: TransferLine): Movement | undefined {
  const start = line.startOf("kind");
  const length = line.endOf("kind") - start;
  if (length > 15) return undefined;
  const movement = MOVEMENTS[placeOf(line.bytes[start] ?? 0, length)];
  for (let index = 1; index < length; index += 1) {
    if (movement?.word[index] !== line.bytes[start + index]) return undefined;
  }
  return movement;
}

/** What is wrong with who the line's transfer is between, in words. */
export function faultOf(line: TransferLine, book: AccountBook): string | null {
  const [debit, credit] = [line.integer("debit"), line.integer("credit")];
  const [from, to] = [book.kindOf(debit), book.kindOf(credit)];
  const movement = movementOf(line);
  if (movement === undefined || movement.from !== from || movement.to !== to) {
    return `goes from ${KINDS[from] || "nowhere"} to ${KINDS[to] || "nowhere"}`;
  }
  if (!(line.integer("amount") > 0)) return `moves ${line.text("amount")} chips`;
  if (movement.escrow !== 0 && !(line.integer("round") > 0)) return "is of no round";
  const player = from === PLAYER ? debit : to === PLAYER ? credit : 0;
  const owner = [line.startOf("player"), line.endOf("player")] as const;
  const named = player === 0 ? line.isNull("player") : book.isOwner(player, line.bytes, owner);
  if (!named) return `names player ${line.text("player")} and is another's`;
  return isOfTable(line, book, debit) && isOfTable(line, book, credit) && hasTable(line, movement)
    ? null
    : `names table ${line.text("table")} and is another's`;
}

function isOfTable(line: TransferLine, book: AccountBook, account: number): boolean {
  const kind = book.kindOf(account);
  if (kind !== HOUSE && kind !== ESCROW) return true;
  return book.isOwner(account, line.bytes, [line.startOf("table"), line.endOf("table")]);
}

/** What touches no table's account belongs to no table. */
function hasTable(line: TransferLine, { from, to }: Movement): boolean {
  const ofTable = [HOUSE, ESCROW].includes(from) || [HOUSE, ESCROW].includes(to);
  return ofTable || line.isNull("table");
}
