/**
 * What one host shows to everyone and tells to players: nothing that is not durable and so, and all
 * that is due, once.
 *
 * A phase follows the one before it, and not before its time by the host's own clock; a pause moves
 * the end of none. Chips that were
 * placed move on the felt, and whoever has chips down hears how the round went. Who hears of a round
 * that is void, `voids.ts` knows.
 */
import type { Books } from "./books.ts";
import { bettingEnd } from "./rules.ts";
import type { Change, TableTerms, View } from "./terms.ts";
import { check, layoutText, sameChips, sameLabels } from "./terms.ts";

const MOST_POCKETS = 20;

const NEXT: Readonly<Record<string, string>> = {
  betting: "closing",
  closing: "spinning",
  spinning: "result",
  result: "betting",
  // Before its first round after a start.
  paused: "betting",
};

export interface ToldOptions {
  /** Of the host. */
  readonly id: string;
  readonly terms: TableTerms;
  readonly epoch: number;
  readonly books: Books;
  readonly seen: (what: string) => void;
}

export interface ToldResult {
  readonly playerId: string;
  readonly round: number;
  readonly pocket: string;
  readonly stake: number;
  readonly returned: number;
  readonly balance: number;
  readonly wins: readonly Change[];
}

export class Told {
  readonly #options: ToldOptions;
  /** Whose own results are due. */
  readonly #results = new Set<string>();
  /** Chips that were placed and not shown yet, in order. */
  readonly #moves: { readonly playerId: string; readonly changes: readonly Change[] }[] = [];
  /** What is due is known: the host runs, and was not told to stop. */
  #runs = false;
  /** What it shows, or would but for a pause. */
  #phase = "paused";

  constructor(options: ToldOptions) {
    this.#options = options;
  }

  /** The host stands still, or is about to: what it tells yet has to be so, and nothing is due. */
  stops(): void {
    this.#runs = false;
    this.#results.clear();
    this.#moves.length = 0;
  }

  /** The host goes on from the books, and shows this phase first. */
  begins(phase: string): void {
    this.#runs = true;
    this.#phase = phase;
  }

  /** The running host shows something new; `before` is what it showed last. */
  turns(before: View, view: View, now: number): void {
    const { id, seen } = this.#options;
    const from = this.#phase;
    const to = this.#phaseOf(before, view);
    this.#phase = to;
    const where = () => `${id} turns from ${before.phase} of ${before.round} to ${view.phase}`;
    const [wasPaused, isPaused] = [before.phase === "paused", view.phase === "paused"];
    if (wasPaused && !isPaused) seen("seen: paused and went on");
    if (from === to && view.round === before.round) {
      // A pause begins or ends, or the digest of what was locked is out: no phase is longer or shorter.
      const isDigest = to === "closing" && before.betsDigest === "" && view.betsDigest !== "";
      check(wasPaused !== isPaused || isDigest || to === "paused", where);
      const moved = () =>
        `${where()} and moves its end by ${view.phaseEndsAt - before.phaseEndsAt}`;
      check(view.phaseEndsAt === before.phaseEndsAt, moved);
      return;
    }
    check(NEXT[from] === to, where);
    const isNew = to === "betting";
    check(view.round === before.round + (isNew ? 1 : 0), where);
    // The next round was asked for in its time; the clock may have jumped since.
    const inTime = isNew || now >= before.phaseEndsAt;
    check(inTime, () => `${where()}, ${before.phaseEndsAt - now} ms too early`);
    const due = this.#dueEnd(to, view.round, now);
    check(view.phaseEndsAt === due, () => `${where()} for ${view.phaseEndsAt - now} ms`);
  }

  /** The phase that is shown, or would be but for a pause, in which only its end tells of it. */
  #phaseOf(before: View, view: View): string {
    if (view.phase !== "paused") return view.phase;
    if (view.round !== before.round) return "betting";
    return view.phaseEndsAt === before.phaseEndsAt ? this.#phase : (NEXT[this.#phase] ?? "");
  }

  /** When a phase that begins now is over. */
  #dueEnd(phase: string, number: number, now: number): number {
    const { terms, books } = this.#options;
    const round = books.table(terms.tableId).rounds[number - 1];
    return phase === "betting" && round !== undefined
      ? bettingEnd(terms.bettingMs, round.openedAt, now)
      : now + (terms.lastsMs[phase] ?? 0);
  }

  /** Nothing is shown that is not durable, and nothing other than what is. */
  shows(view: View): void {
    const { id, terms, epoch, books, seen } = this.#options;
    const where = () => `${id} shows ${view.phase} of round ${view.round}`;
    const { rounds, epoch: current } = books.table(terms.tableId);
    const round = rounds[view.round - 1];
    if (round === undefined) {
      check(view.round === 0, () => `${where()}, which nobody opened`);
      return;
    }
    // Before its first round after a start a host has nothing of the last one to show.
    const isNew = view.commitment === "" && view.phase === "paused";
    this.#showsPockets(view, isNew, where);
    if (isNew) return;
    check(view.commitment === round.commitment, () => `${where()} with another commitment`);
    check(view.entropy === round.entropy, () => `${where()} with another entropy`);
    if (view.betsDigest !== "" && round.status !== "void") {
      check(view.betsDigest === round.digest, () => `${where()} with another digest`);
    }
    const told = view.phase === "spinning" || view.phase === "result";
    if (told || view.pocket !== "" || view.seed !== "") {
      check(round.status === "settled", () => `${where()} and is ${round.status}`);
      check(view.pocket === round.pocket, () => `${where()} with pocket ${view.pocket}`);
      check(view.seed === round.seed, () => `${where()} with another seed`);
    }
    if (round.status === "void" && epoch < current)
      seen("seen: round shown that another took back");
    // A holder that was replaced does not know it yet, and shows what was.
    if (view.phase === "betting" && epoch === current) {
      check(round.status === "open", () => `${where()} and is ${round.status}`);
    }
  }

  /** The last pockets, newest first: of the round that is shown too once its ball rests. */
  #showsPockets(view: View, isNew: boolean, where: () => string): void {
    const { terms, books } = this.#options;
    const endAt = (round: number) =>
      sameLabels(view.lastPockets, books.lastPockets(terms.tableId, round, MOST_POCKETS));
    const rests = isNew || view.phase === "result";
    const maybe = rests || view.phase === "paused";
    const legal = (maybe && endAt(view.round)) || (!rests && endAt(view.round - 1));
    check(legal, () => `${where()} with other last pockets`);
  }

  /** Chips were placed or taken back: everyone sees them move. */
  placed(playerId: string, changes: readonly Change[]): void {
    this.#moves.push({ playerId, changes });
  }

  /** Everyone is shown chips that move. */
  moved(playerId: string, changes: readonly Change[]): void {
    if (!this.#runs) return;
    const due = this.#moves.shift();
    const isDue = due?.playerId === playerId && sameChips(changes, due.changes);
    const shown = () => `${playerId}'s ${layoutText(changes)}`;
    check(isDue, () => `${this.#options.id} shows ${shown()} move, which is not due`);
  }

  /** The ball rests: all these hear how the round went. */
  owesResults(playerIds: Iterable<string>): void {
    for (const playerId of playerIds) this.#results.add(playerId);
  }

  /** A player is told how a round went. */
  resulted(result: ToldResult): void {
    const { id, terms, books, seen } = this.#options;
    const { playerId, round } = result;
    const where = () => `${id}: the result of ${round} for ${playerId}`;
    check(this.#results.delete(playerId) || !this.#runs, () => `${where()} is not due`);
    const booked = books.table(terms.tableId).rounds[round - 1];
    check(booked?.status === "settled", () => `${where()} of a round that is not settled`);
    const due = books.dueTo(booked, playerId);
    const same =
      result.pocket === booked.pocket &&
      result.stake === due.stake &&
      result.returned === due.returned &&
      result.balance === due.balance &&
      sameChips(result.wins, due.wins);
    check(same, () => `${where()} is ${JSON.stringify(result)}, not ${JSON.stringify(due)}`);
    seen("seen: result told");
  }

  /** An event has had all its effects: nothing of it is owed any more. */
  settled(): void {
    const { id } = this.#options;
    const unseen = () => `${id} does not show chips of ${this.#moves[0]?.playerId} move`;
    check(this.#moves.length === 0, unseen);
    const untold = () => [...this.#results].join();
    check(this.#results.size === 0, () => `${id} does not tell ${untold()} how the round went`);
  }
}
