/** How a host has to go on when it begins, or begins again: as the books say, and nothing else. */
import type { Books } from "./books.ts";
import { bettingEnd, isTooFarAhead } from "./rules.ts";
import type { TableTerms, View } from "./terms.ts";
import { check } from "./terms.ts";
import { changesOf } from "./voids.ts";

export interface Resumption {
  /** Of the host. */
  readonly id: string;
  readonly terms: TableTerms;
  readonly books: Books;
  /** The first that the host shows, at `now` by its clock. */
  readonly view: View;
  readonly now: number;
  readonly seen: (what: string) => void;
}

/** An open round takes bets again, a locked one is as good as over; after any other comes the next. */
export function checkResumption({ id, terms, books, view, now, seen }: Resumption): void {
  const running = books.running(terms.tableId);
  const where = () => `${id} goes on`;
  const round = books.lastRound(terms.tableId);
  check(view.round === round, () => `${where()} with ${view.round}, not ${round}`);
  if (running === null) {
    check(view.phase === "paused", () => `${where()} as ${view.phase} without a round`);
    return;
  }
  // What is open of another game is taken back first, and what is locked is settled as it was opened.
  const changes = changesOf(running.terms, terms);
  const isOwn = changes.length === 0;
  check(isOwn, () => `${where()} with ${round}, which is of another game: ${changes.join("; ")}`);
  const isOpen = running.status === "open";
  const phase = isOpen ? "betting" : "closing";
  check(view.phase === phase, () => `${where()} as ${view.phase}, and is ${running.status}`);
  const isFar = isOpen && isTooFarAhead(running.openedAt, now);
  if (isFar) seen("seen: round taken over, opened further ahead than clocks differ");
  const openedAt = isFar ? now : running.openedAt;
  const due = isOpen ? bettingEnd(terms.bettingMs, openedAt, now) : now;
  const lasts = () => `for ${view.phaseEndsAt - now} ms, not ${due - now}`;
  check(view.phaseEndsAt === due, () => `${where()} as ${phase} ${lasts()}`);
}
