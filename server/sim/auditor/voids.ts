/**
 * When a round has to be taken back, and who is to hear of that from one host, and when: from the
 * specification, the books and the seats alone.
 *
 * Who had a stake in a round that the host took back hears of it at once, or when they sit down there,
 * however much later. A host that found it void knows less: it tells all but those who did something in
 * the round after it, until it has settled one itself.
 */
import type { BookedRound, Books } from "./books.ts";
import { chipsIn } from "./books.ts";
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

export class Voids {
  readonly #options: VoidsOptions;
  /** The last finished round, where it was void as the host began. */
  #round: BookedRound | null = null;
  /** Who is still to hear of it. */
  readonly #due = new Set<string>();
  /** The last round that the host knows to have taken back itself. */
  #ownRound = 0;
  #hasBegun = false;
  /** What players had as the host read the table's past. */
  #asRead: ReadonlyMap<string, number> = new Map();

  constructor(options: VoidsOptions) {
    this.#options = options;
  }

  /** The host reads the table's past; once it has begun, only a round that is void since is news. */
  reads(): void {
    const { tableId, books } = this.#options;
    const { rounds } = books.table(tableId);
    const running = books.running(tableId);
    const last = rounds[books.lastRound(tableId) - (running === null ? 1 : 2)];
    const isNews = last?.status === "void" && last.round > (this.#round?.round ?? 0);
    if (this.#hasBegun && !isNews) return;
    this.#due.clear();
    this.#asRead = new Map(books.balances);
    this.#round = last?.status === "void" ? last : null;
    for (const [playerId, layout] of this.#round?.layouts ?? []) {
      if (layout.size > 0) this.#due.add(playerId);
    }
    for (const { playerId } of running?.operations ?? []) this.#due.delete(playerId);
  }

  /** The bank told the host that it has taken the round back. */
  tookBack(round: number): void {
    this.#ownRound = round;
  }

  get #isOwn(): boolean {
    return this.#round?.round === this.#ownRound;
  }

  /** The host goes on: whoever sits there has been told. */
  begins(): void {
    this.#hasBegun = true;
    for (const [playerId, { seated }] of this.#options.seats) if (seated) this.sits(playerId);
  }

  /** Who has sat down at the running host has been told. */
  sits(playerId: string): void {
    if (!this.#due.has(playerId)) return;
    const { id, tableId, books } = this.#options;
    const { round = 0 } = this.#round ?? {};
    const isOver = books.table(tableId).rounds[round]?.status === "settled";
    const told = isOver && !this.#isOwn;
    check(told, () => `${id} does not tell ${playerId} that round ${round} is void`);
  }

  /** Everyone is shown a pocket: the host knows that a round of its own is settled. */
  showsPocket(): void {
    if (!this.#isOwn) this.#due.clear();
  }

  /** A player is told that a round is void. */
  told(told: ToldVoid): void {
    const { id, books, seen } = this.#options;
    const where = () => `${id}: ${told.playerId} hears that round ${told.round} is void`;
    check(this.#round?.round === told.round, () => `${where()}, which the host does not know of`);
    check(this.#due.delete(told.playerId), () => `${where()}, which is not due`);
    const stake = chipsIn(this.#round.layouts.get(told.playerId) ?? new Map());
    check(told.stake === stake, () => `${where()}, with ${told.stake}, not ${stake} back`);
    const { reason } = this.#round;
    check(told.reason === reason, () => `${where()}: "${told.reason}", and not "${reason}"`);
    // At once as of the void or its reading, when they come back as it is then.
    const { playerId, balance } = told;
    const now = books.balances.get(playerId);
    const atOnce = [this.#round.after.get(playerId), this.#asRead.get(playerId)];
    const has = balance === now || (!told.isLate && atOnce.includes(balance));
    check(has, () => `${where()}, and has ${told.balance} now`);
    if (!told.isLate) seen("seen: void told at once");
    seen(this.#isOwn ? "seen: void told by who took it back" : "seen: void told by who found it");
  }
}
