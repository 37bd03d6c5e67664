/** What the auditor knows of one host: what reached it, what it owes, and what it has shown and told. */
import type { Books } from "./books.ts";
import type { Expected, Seat, Shadow } from "./shadow.ts";
import type { Change, Operation, TableTerms, View } from "./terms.ts";
import { Told } from "./told.ts";
import { Voids } from "./voids.ts";

/** One host's life, from its lease to its end. */
export interface WatchedHost {
  readonly id: string;
  readonly terms: TableTerms;
  readonly epoch: number;
  shadow: Shadow | null;
  /** The shadow of before a host froze: seats are given up there meanwhile. */
  still: Shadow | null;
  /** Grows whenever the host begins anew: answers to an earlier life do not count. */
  life: number;
  /** It is stopping in good order: what is under way is answered, nothing more begins. */
  ending: boolean;
  /** Another process has the table, and this one knows. */
  lost: boolean;
  /** Everyone has been told that it froze. */
  frozenTold: boolean;
  /** The round in which a broken invariant froze it last, and how often. */
  broke: { readonly round: number; readonly times: number };
  /** What it tells operations while it stands still. */
  refuses: "TABLE_PAUSED" | "BANK_UNAVAILABLE";
  /** When it asked for the turns of the running round, by its own clock. */
  readonly askedAt: Set<number>;
  view: View | null;
  /** How the running round stood when this host came upon it. */
  found: "open" | "locked" | null;
  readonly seats: Map<string, Seat>;
  readonly requests: Map<number, { readonly operation: Operation; readonly counted: boolean }>;
  readonly expected: Map<number, Expected>;
  /** What the bank answered when it was asked for a player's last chips; nothing where it failed. */
  readonly lastChips: Map<string, readonly Change[]>;
  /** The round whose client seeds were frozen last. */
  frozenFor: number;
  /** Postings that the bank has not answered yet. */
  posting: number;
  /** Askings after earlier operations that the bank has not answered yet. */
  recalls: number;
  readonly told: Told;
  readonly voids: Voids;
}

/** A host that has its lease and has done nothing yet. */
export function watchedHost({
  id,
  terms,
  epoch,
  books,
  seen,
}: Pick<WatchedHost, "id" | "terms" | "epoch"> & {
  readonly books: Books;
  readonly seen: (what: string) => void;
}): WatchedHost {
  const { tableId } = terms;
  const seats = new Map<string, Seat>();
  return {
    id,
    terms,
    epoch,
    shadow: null,
    still: null,
    life: 0,
    ending: false,
    lost: false,
    frozenTold: false,
    broke: { round: 0, times: 0 },
    refuses: "TABLE_PAUSED",
    askedAt: new Set(),
    view: null,
    found: null,
    seats,
    requests: new Map(),
    expected: new Map(),
    lastChips: new Map(),
    frozenFor: 0,
    posting: 0,
    recalls: 0,
    told: new Told({ id, terms, epoch, books, seen }),
    voids: new Voids({ id, tableId, books, seats, seen }),
  };
}

/** Whether the host met a second broken invariant in that round: it has to take it back. */
export function brokeAgainIn({ broke }: WatchedHost, round: number): boolean {
  return broke.round === round && broke.times > 1;
}
