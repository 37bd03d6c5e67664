/**
 * Balances, proven by adding all transfers up in their order: each account ends where it says it is,
 * none was below zero on the way, and together they are nothing.
 *
 * Three numbers of each transfer are all that this needs, so it is quick on big books.
 */
import type { PoolClient } from "pg";
import { AccountBook } from "./accountBook.ts";
import type { AuditLine } from "./checks.ts";
import { readLines } from "./copyOut.ts";
import { Faults } from "./faults.ts";
import { RunningBalances } from "./runningBalances.ts";

const TAB = 9;
const NEWLINE = 10;
const ZERO = 48;
const ISSUER = 1;

/** The lines of the checks of balances. */
export async function auditBalances(client: PoolClient): Promise<readonly AuditLine[]> {
  const book = await AccountBook.read(client);
  const walk = new Walk(book);
  await readLines(
    client,
    "SELECT debit_id, credit_id, amount FROM transfers ORDER BY id",
    walk.take,
  );
  return [
    zeroSum(book),
    sums(book, walk.running),
    (await walk.faults(client)).line(
      "no account but the issuer was ever below zero",
      walk.transfers,
    ),
  ];
}

function zeroSum(book: AccountBook): AuditLine {
  const faults = new Faults();
  let total = 0n;
  // A balance that is no number is named by the next check.
  for (const balance of book.balances) total += BigInt(balance || 0);
  if (total !== 0n) faults.add(`all balances sum to ${total}`);
  return faults.line("all balances sum to zero", book.count);
}

function sums(book: AccountBook, running: RunningBalances): AuditLine {
  const faults = new Faults();
  for (const fault of book.idFaults) faults.add(fault);
  for (let id = 0; id < book.balances.length && !faults.full; id += 1) {
    const [has, given] = [book.balances[id], running.of(id)];
    if (has === given) continue;
    faults.add(`account ${book.nameOf(id)} has ${has}, its transfers give ${given}`);
  }
  return faults.line("each balance is the sum of its account's transfers", book.count);
}

class Walk {
  readonly running: RunningBalances;
  transfers = 0;
  /** Accounts that were below zero: when first, counted in transfers, and at what. */
  readonly #below = new Map<number, { readonly place: number; readonly had: number }>();
  readonly #book: AccountBook;

  constructor(book: AccountBook) {
    this.#book = book;
    this.running = new RunningBalances(book.balances.length);
  }

  readonly take = (bytes: Buffer, end: number): void => {
    const { running } = this;
    for (let at = 0; at < end; ) {
      let debit = 0;
      for (let byte = bytes[at++] as number; byte !== TAB; byte = bytes[at++] as number) {
        debit = debit * 10 + byte - ZERO;
      }
      let credit = 0;
      for (let byte = bytes[at++] as number; byte !== TAB; byte = bytes[at++] as number) {
        credit = credit * 10 + byte - ZERO;
      }
      let amount = 0;
      for (let byte = bytes[at++] as number; byte !== NEWLINE; byte = bytes[at++] as number) {
        amount = amount * 10 + byte - ZERO;
      }
      this.transfers += 1;
      running.move(debit, credit, amount);
      if (running.of(debit) < 0) this.#sink(debit, running.of(debit));
    }
  };

  #sink(id: number, had: number): void {
    if (this.#book.kindOf(id) === ISSUER || this.#below.has(id)) return;
    this.#below.set(id, { place: this.transfers - 1, had });
  }

  async faults(client: PoolClient): Promise<Faults> {
    const faults = new Faults();
    for (const [id, { place, had }] of this.#below) {
      if (faults.full) break;
      const { rows } = await client.query<{ id: string }>(
        "SELECT id::text FROM transfers ORDER BY id OFFSET $1 LIMIT 1",
        [place],
      );
      faults.add(`account ${this.#book.nameOf(id)} had ${had} after transfer ${rows[0]?.id}`);
    }
    return faults;
  }
}
