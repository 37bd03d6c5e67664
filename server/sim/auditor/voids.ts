/**
 * When a round has to be taken back, and who is to hear of that from one host, and when: from the
 * specification, the books and the seats alone.
 *
 * Who had a stake in a round that the host took back hears of it at once, or when they sit down there,
 * however much later, of the last rounds that are void after one another. A host that found rounds void knows
 * less: it tells all but those who did something in a later round, until it has settled one itself.
 */
import type { BookedRound, Books } from "./books.ts";
import { chipsIn } from "./layouts.ts";
import type { Seat } from "./shadow.ts";
import type { TableTerms } from "./terms.ts";
import { check } from "./terms.ts";

type Game = Pick<TableTerms, "wheel" | "zeroRule">;

/**
 * What of a round's game a table has otherwise, as before and now. An open round of another game must
 * be taken back, and of its own game only one in which a broken invariant was put in twice: in a
 * simulated house the books agree with themselves, no table is closed, and any other broken invariant
 * ends the run.
 */
export function changesOf(round: Game, table: Game): readonly (readonly [string, string])[] {
  const both = [
    [round.wheel, table.wheel],
    [round.zeroRule, table.zeroRule],
  ] as const;
  return both.filter(([before, now]) => before !== now);
}

export interface VoidsOptions {
  /** Of the host. */
  readonly id: string;
  readonly tableId: string;
  readonly books: Books;
  readonly seats: ReadonlyMap<string, Seat>;
  readonly seen: (what: string) => void;
}

export interface ToldVoid {
  readonly playerId: string;
  readonly round: number;
  readonly reason: string;
  readonly stake: number;
  readonly balance: number;
  readonly isLate?: true;
}

interface VoidRound {
  readonly booked: BookedRound;
  /** Who is still to hear of it. */
  readonly due: Set<string>;
  /** What players had as the host read the table's past. */
  readonly asRead: ReadonlyMap<string, number>;
}

/** Void rounds that a host knows of. */
const MOST_ROUNDS = 20;

export class Voids {
  readonly #options: VoidsOptions;
  /** What the host has read of, by round, oldest first. */
  readonly #rounds = new Map<number, VoidRound>();
  /** The newest of them, as the host began last: only later ones are news. */
  #known = 0;
  /** The rounds that the host knows to have taken back itself. */
  readonly #own = new Set<number>();

  constructor(options: VoidsOptions) {
    this.#options = options;
  }

  /** The host reads the table's past. */
  reads(): void {
    const { tableId, books } = this.#options;
    const { rounds } = books.table(tableId);
    // Until it goes on, the host has told nobody of what it read before.
    for (const round of this.#rounds.keys()) if (round > this.#known) this.#rounds.delete(round);
    const settled = rounds.findLastIndex(({ status }) => status === "settled");
    const unsettled = rounds.slice(settled + 1).slice(-MOST_ROUNDS - 1);
    const news = unsettled.filter(({ status, round }) => status === "void" && round > this.#known);
    const asRead = news.length === 0 ? new Map() : new Map(books.balances);
    for (const booked of news) {
      const due = new Set(
        [...booked.layouts].filter(([, layout]) => layout.size > 0).map(([playerId]) => playerId),
      );
      const later = unsettled.filter(({ round }) => round > booked.round);
      for (const { operations } of later)
        for (const { playerId } of operations) due.delete(playerId);
      this.#rounds.set(booked.round, { booked, due, asRead });
    }
  }

  /** The bank told the host that it has taken the round back. */
  tookBack(round: number): void {
    this.#own.add(round);
  }

  /** The host goes on: whoever sits there has been told. */
  begins(): void {
    for (const round of this.#rounds.keys()) {
      this.#known = Math.max(this.#known, round);
      if (this.#rounds.size > MOST_ROUNDS) this.#rounds.delete(round);
    }
    for (const [playerId, { seated }] of this.#options.seats) if (seated) this.sits(playerId);
  }

  /** Who has sat down at the running host has been told. */
  sits(playerId: string): void {
    const untold = this.#untold(playerId);
    const where = () => `${this.#options.id} does not tell ${playerId}`;
    check(untold === null, () => `${where()} that round ${untold} is void`);
  }

  /** The oldest void round that the player is to have heard of, and has not. */
  #untold(playerId: string): number | null {
    for (const [round, { due }] of this.#rounds) {
      if (due.has(playerId) && (this.#own.has(round) || !this.#isOver(round))) return round;
    }
    return null;
  }

  /** Whether a later round is settled. */
  #isOver(round: number): boolean {
    const { tableId, books } = this.#options;
    const settled = books.table(tableId).rounds.findLast(({ status }) => status === "settled");
    return settled !== undefined && settled.round > round;
  }

  /** Everyone is shown a pocket: the host knows that a round of its own is settled. */
  showsPocket(): void {
    for (const round of this.#rounds.keys()) if (!this.#own.has(round)) this.#rounds.delete(round);
  }

  /** A player is told that a round is void. */
  told(told: ToldVoid): void {
    const { id, books, tableId, seen } = this.#options;
    const { playerId, balance } = told;
    const where = () => `${id}: ${playerId} hears that round ${told.round} is void`;
    const of = this.#rounds.get(told.round);
    check(of !== undefined, () => `${where()}, which the host does not know of`);
    const untold = this.#untold(playerId) ?? told.round;
    check(untold >= told.round, () => `${where()}, and not first that ${untold} is`);
    check(of.due.delete(playerId), () => `${where()}, which is not due`);
    const { reason, layouts, after } = of.booked;
    const stake = chipsIn(layouts.get(playerId) ?? new Map());
    check(told.stake === stake, () => `${where()}, with ${told.stake}, not ${stake} back`);
    check(told.reason === reason, () => `${where()}: "${told.reason}", and not "${reason}"`);
    // At once as of the void or its reading, when they come back as it is then.
    const now = books.balances.get(playerId);
    const atOnce = [after.get(playerId), of.asRead.get(playerId)];
    const has = balance === now || (!told.isLate && atOnce.includes(balance));
    check(has, () => `${where()}, and has ${balance} now`);
    if (!told.isLate) seen("seen: void told at once");
    const isOwn = this.#own.has(told.round);
    seen(isOwn ? "seen: void told by who took it back" : "seen: void told by who found it");
    const next = books.table(tableId).rounds[told.round];
    if (next?.status === "void") seen("seen: void told after the next one");
  }
}
