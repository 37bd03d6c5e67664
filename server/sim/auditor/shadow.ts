/**
 * What one host must do with the operations that reach it, by the rules alone: an operation is
 * answered, refused, attached to itself, queued behind another, or posted; and what is posted is what
 * was asked for. A shadow lives as long as its host runs on one state; after each recovery it begins
 * anew from the books.
 */
import type { BookedRound, Books } from "./books.ts";
import { contentOf } from "./books.ts";
import type { Decision } from "./decide.ts";
import { decide } from "./decide.ts";
import { betsOf, change, chipsIn, sum } from "./layouts.ts";
import { Nets } from "./nets.ts";
import { digestOf } from "./rules.ts";
import type { AskedPosting, Change, Operation, Refused, TableTerms, View } from "./terms.ts";
import { check, layoutText, sameChips } from "./terms.ts";

const MOST_WAITING = 8;
const MOST_UNDONE = 100;
const MOST_IN_ROUND = 500;
const MOST_CHANGES = 2_000;

interface Waiting {
  readonly requests: number[];
  readonly operation: Operation;
}

interface InFlight extends Waiting {
  readonly changes: readonly Change[];
  asked: boolean;
}

interface Player {
  readonly layout: Map<string, number>;
  readonly batches: (readonly Change[])[];
  readonly answered: Map<string, string>;
  readonly waiting: Waiting[];
  inFlight: InFlight | null;
}

/** What is in the books, or has just come into them. */
interface Applied {
  readonly playerId: string;
  readonly kind: string;
  readonly changes: readonly Change[];
}

const NOTHING = { operations: 0, changes: 0 };

/** What a request must be replied with. */
export type Expected =
  | { readonly type: "answer"; readonly isReplay: boolean }
  /** Unless the op counted already: then as that did. */
  | { readonly type: "refusal"; readonly refusal: Refused; readonly final: boolean }
  | { readonly type: "later" };

/** Seats outlive a recovery. */
export interface Seat {
  seated: boolean;
  clientSeed: string | null;
  lastChips: readonly Change[];
}

export interface ShadowOptions {
  readonly terms: TableTerms;
  readonly books: Books;
  readonly seats: Map<string, Seat>;
  readonly expect: (request: number, expected: Expected) => void;
  readonly seen: (what: string) => void;
  /** Chips were placed or taken back. */
  readonly placed: (playerId: string, changes: readonly Change[]) => void;
}

export class Shadow {
  readonly #options: ShadowOptions;
  readonly #players = new Map<string, Player>();
  /** What everyone has done in the round, be they gone since. */
  readonly #done = new Map<string, { readonly operations: number; readonly changes: number }>();
  /** Of all chips on the felt. */
  #nets: Nets;
  #round: number;
  #view: View;
  #closedAt: number;
  #pausedInRound = false;

  /** `view` is the first that the host shows, at `now` by its clock. */
  constructor(
    options: ShadowOptions,
    running: BookedRound | null,
    { view, now }: { readonly view: View; readonly now: number },
  ) {
    this.#options = options;
    this.#nets = new Nets(options.terms);
    this.#view = view;
    this.#round = view.round;
    this.#closedAt = view.phase === "betting" ? view.phaseEndsAt : now;
    for (const operation of running?.operations ?? []) {
      this.#apply(this.#player(operation.playerId), operation);
    }
  }

  get round(): number {
    return this.#round;
  }

  get players(): ReadonlyMap<string, Player> {
    return this.#players;
  }

  /** Requests that wait for an operation to be posted. */
  get pending(): number {
    let pending = 0;
    for (const { inFlight, waiting } of this.#players.values()) {
      pending += inFlight?.requests.length ?? 0;
      for (const { requests } of waiting) pending += requests.length;
    }
    return pending;
  }

  /** All chips on the felt. */
  get totalStake(): number {
    return sum(Array.from(this.#players.values(), ({ layout }) => chipsIn(layout)));
  }

  /** Everyone who has chips on the felt. */
  get staked(): readonly string[] {
    return [...this.#players].filter(([, { layout }]) => layout.size > 0).map(([id]) => id);
  }

  /** Everyone sees something new. */
  turned(view: View): void {
    if (view.round !== this.#round) this.#begin(view.round);
    if (this.#view.phase === "betting" || view.phase === "betting") {
      this.#closedAt = view.phase === "betting" ? view.phaseEndsAt : this.#view.phaseEndsAt;
    }
    if (view.phase === "paused") this.#pausedInRound = true;
    this.#view = view;
  }

  #begin(round: number): void {
    this.#round = round;
    this.#pausedInRound = false;
    const { seats } = this.#options;
    for (const [playerId, { layout, inFlight, waiting }] of this.#players) {
      const idle = inFlight === null && waiting.length === 0;
      check(idle, () => `an operation of ${playerId} goes over into round ${round}`);
      const seat = seats.get(playerId);
      if (seat !== undefined && layout.size > 0) seat.lastChips = [...layout];
    }
    this.#players.clear();
    this.#done.clear();
    this.#nets = new Nets(this.#options.terms);
    for (const [playerId, { seated }] of seats) if (!seated) seats.delete(playerId);
  }

  /** The seat is given up; what was told in this round is forgotten with it, unless chips lie there. */
  left(playerId: string): void {
    const { seats } = this.#options;
    const seat = seats.get(playerId);
    if (seat !== undefined) {
      seat.seated = false;
      seat.clientSeed = null;
    }
    const player = this.#players.get(playerId);
    if (player !== undefined && (player.layout.size > 0 || player.inFlight !== null)) return;
    this.#players.delete(playerId);
    seats.delete(playerId);
  }

  /** An operation reached the host at `now` by the host's clock. */
  operate(request: number, operation: Operation, now: number): void {
    const { expect, seen } = this.#options;
    const player = this.#player(operation.playerId);
    const content = contentOf(operation);
    const { op } = operation;
    const answered = player.answered.get(op);
    if (answered !== undefined) {
      if (answered === content) seen("answered again, in its round");
      const same = answered === content;
      expect(request, same ? expectedOf("already") : refusal({ code: "OP_REUSED" }));
      return;
    }
    const isAsked = ({ operation: { op: its } }: Waiting) => its === op;
    const waits = player.waiting.find(isAsked);
    const underWay = player.inFlight !== null && isAsked(player.inFlight) ? player.inFlight : waits;
    if (underWay !== undefined) {
      const same = contentOf(underWay.operation) === content;
      if (same) {
        seen(underWay === waits ? "asked twice while waiting" : "asked twice while in flight");
        underWay.requests.push(request);
      }
      expect(request, same ? { type: "later" } : refusal({ code: "OP_REUSED" }));
      return;
    }
    const closed = this.#closed(now);
    if (closed !== null) {
      expect(request, refusal(closed));
      return;
    }
    if (player.inFlight === null) {
      this.#start(player, { requests: [request], operation });
    } else if (player.waiting.length < MOST_WAITING) {
      seen("waited behind another");
      player.waiting.push({ requests: [request], operation });
      expect(request, { type: "later" });
    } else {
      seen("more at once than may wait");
      expect(request, refusal({ code: "TOO_MANY_REQUESTS", limit: MOST_WAITING }));
    }
  }

  /** Why no operation is taken in now. */
  #closed(now: number): Refused | null {
    const { phase, phaseEndsAt, pocket, commitment } = this.#view;
    if (phase === "paused") {
      // Before its first round a host is about to open, or waits for the bank: that does not show.
      const isNew = commitment === "";
      return { code: isNew ? "BANK_UNAVAILABLE|TABLE_PAUSED" : "BANK_UNAVAILABLE" };
    }
    if (phase === "betting" && now < phaseEndsAt) return null;
    if (phase === "result" && pocket === "") return { code: "TABLE_PAUSED" };
    const lateMs = Math.max(0, now - this.#closedAt);
    return this.#pausedInRound ? { code: "BETTING_CLOSED" } : { code: "BETTING_CLOSED", lateMs };
  }

  #start(player: Player, { requests, operation }: Waiting): void {
    const { expect } = this.#options;
    const decided = this.#decide(player, operation);
    if ("code" in decided) {
      for (const request of requests) expect(request, refusal(decided));
      return;
    }
    const { changes } = decided;
    player.inFlight = { operation, changes, requests, asked: false };
    for (const request of requests) expect(request, { type: "later" });
  }

  #decide(player: Player, operation: Operation): Decision {
    const { terms, seats, seen } = this.#options;
    const lastChips = seats.get(operation.playerId)?.lastChips ?? [];
    const felt = { terms, nets: this.#nets, players: this.#players };
    const decision = decide(operation, { ...player, lastChips }, felt);
    const takes = operation.kind === "undo" || operation.kind === "clear";
    if (takes && "code" in decision && decision.code === "HOUSE_LIMIT") {
      seen("chips that have to stay for the house's limit");
    }
    if ("code" in decision || operation.kind === "clear") return decision;
    return this.#tooMany(player, operation.playerId, decision.changes) ?? decision;
  }

  /** The last operation of a round, and as many changes as it takes, are left for a clear. */
  #tooMany(player: Player, playerId: string, changes: readonly Change[]): Refused | null {
    const { seen } = this.#options;
    const done = this.#done.get(playerId) ?? NOTHING;
    if (done.operations >= MOST_IN_ROUND - 1) {
      seen("more in one round than may be");
      return { code: "TOO_MANY_REQUESTS", limit: MOST_IN_ROUND };
    }
    // At most so many spots have chips then; it is looked at more closely where that matters.
    const most = player.layout.size + changes.length;
    if (done.changes + changes.length <= MOST_CHANGES - most) return null;
    const after = new Map(player.layout);
    change(after, changes, () => "a layout to come");
    if (done.changes + changes.length <= MOST_CHANGES - after.size) return null;
    seen("more changes in one round than may be");
    return { code: "TOO_MANY_REQUESTS", limit: MOST_CHANGES };
  }

  /** The host asks the bank for a posting. */
  asked(posting: AskedPosting, content: string): void {
    const { playerId, op } = posting;
    const where = () => `round ${posting.round}: ${playerId}'s ${op}`;
    const player = this.#player(playerId);
    const { inFlight } = player;
    check(inFlight?.operation.op === op && !inFlight.asked, () => `${where()} is posted unasked`);
    inFlight.asked = true;
    check(posting.round === this.#round, () => `${where()} is posted to round ${posting.round}`);
    check(content === contentOf(inFlight.operation), () => `${where()} has other content`);
    check(
      posting.kind === inFlight.operation.kind,
      () => `${where()} is posted as ${posting.kind}`,
    );
    check(
      sameChips(posting.changes, inFlight.changes),
      () =>
        `${where()} changes ${layoutText(posting.changes)}, not ${layoutText(inFlight.changes)}`,
    );
    const stakeAfter = chipsIn(player.layout) + sum(inFlight.changes.map(([, chips]) => chips));
    check(posting.stakeAfter === stakeAfter, () => `${where()}: another stake after`);
    check(
      isToldAsDue(posting, player.layout, inFlight.changes),
      () => `${where()}: another layout after`,
    );
  }

  /** The bank answers the host about a posting. */
  concluded(
    playerId: string,
    op: string,
    outcome: Refused | "posted" | "already" | "reused",
  ): void {
    const player = this.#player(playerId);
    const { inFlight } = player;
    check(inFlight?.operation.op === op, () => `an answer to no posting: ${playerId}'s ${op}`);
    player.inFlight = null;
    const { operation, changes, requests } = inFlight;
    if (outcome === "posted") {
      this.#apply(player, { playerId, kind: operation.kind, changes });
      this.#options.placed(playerId, changes);
      player.answered.set(op, contentOf(operation));
    }
    for (const request of requests) {
      this.#options.expect(request, expectedOf(outcome));
    }
    while (player.inFlight === null) {
      const next = player.waiting.shift();
      if (next === undefined) return;
      this.#start(player, next);
    }
  }

  /** The host locks the round: nothing of it is under way, and its bets are all there. */
  locks(digest: string): void {
    for (const [playerId, { inFlight, waiting }] of this.#players) {
      const idle = inFlight === null && waiting.length === 0;
      check(idle, () => `round ${this.#round} is locked before ${playerId} is answered`);
    }
    const bets = betsOf(new Map(Array.from(this.#players, ([id, { layout }]) => [id, layout])));
    const counted = this.#nets.equals(new Nets(this.#options.terms, bets));
    check(counted, () => `what the house may have to pay in ${this.#round} was miscounted`);
    check(digest === digestOf(bets), () => `round ${this.#round} is locked with another digest`);
  }

  /** Whatever was allowed must have been asked for by now. */
  settled(playerId: string): void {
    const inFlight = this.#players.get(playerId)?.inFlight;
    check(inFlight?.asked !== false, () => `${playerId}'s ${inFlight?.operation.op} is not posted`);
  }

  #apply(player: Player, { playerId, kind, changes }: Applied): void {
    const { operations, changes: earlier } = this.#done.get(playerId) ?? NOTHING;
    this.#done.set(playerId, {
      operations: operations + 1,
      changes: earlier + changes.length,
    });
    this.#nets.moveAll(player.layout, changes);
    change(player.layout, changes, () => "a layout");
    if (kind === "undo") player.batches.pop();
    else if (kind === "clear") player.batches.length = 0;
    else player.batches.push(changes);
    if (player.batches.length <= MOST_UNDONE) return;
    player.batches.shift();
    this.#options.seen("more batches than can be undone");
  }

  #player(playerId: string): Player {
    const player = this.#players.get(playerId) ?? {
      layout: new Map(),
      batches: [],
      answered: new Map(),
      waiting: [],
      inFlight: null,
    };
    this.#players.set(playerId, player);
    return player;
  }
}

function refusal(refused: Refused): Expected {
  return { type: "refusal", refusal: refused, final: false };
}

function expectedOf(outcome: Refused | "posted" | "already" | "reused"): Expected {
  if (outcome === "posted") return { type: "answer", isReplay: false };
  if (outcome === "already") return { type: "answer", isReplay: true };
  if (outcome === "reused") return refusal({ code: "OP_REUSED" });
  return { type: "refusal", refusal: outcome, final: true };
}

/** A bet is not told its layout, which few look at; whatever takes chips away is. */
function isToldAsDue(
  { kind, chipsAfter, playerId, op }: AskedPosting,
  layout: ReadonlyMap<string, number>,
  changes: readonly Change[],
): boolean {
  if (kind === "bet") return chipsAfter === undefined;
  const after = new Map(layout);
  change(after, changes, () => `${playerId}'s ${op}`);
  return chipsAfter !== undefined && sameChips(chipsAfter, [...after]);
}
