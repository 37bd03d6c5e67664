/**
 * Watches a whole simulated house and complains of the first thing that is not as it must be.
 *
 * It sees what a careful observer could see: what reaches hosts and what they reply, what they ask of
 * the bank, what the bank commits, what everyone is shown. From that and from its own rules and books
 * it predicts each reply. It shares no code with what it audits.
 */
import type { Booked, BookedRound, BooksOptions } from "./books.ts";
import { Books } from "./books.ts";
import { chipsIn } from "./layouts.ts";
import { fits, isSame, textOf, wouldReplay } from "./replies.ts";
import { checkResumption } from "./resumption.ts";
import type { Expected } from "./shadow.ts";
import { Shadow } from "./shadow.ts";
import type { Change, Operation, OwnLayout, Reply, TableTerms, View } from "./terms.ts";
import { check, sameChips, sameLabels } from "./terms.ts";
import { changesOf } from "./voids.ts";
import type { WatchedHost } from "./watchedHost.ts";
import { brokeAgainIn, watchedHost } from "./watchedHost.ts";

/** A round as the host asks for it; `openedAt` by its clock. */
export interface Opening {
  readonly round: number;
  readonly wheel: string;
  readonly zeroRule: string;
  readonly clientSeeds: readonly { readonly playerId: string; readonly seed: string }[];
  readonly openedAt: number;
}

interface Lease {
  readonly tableId: string;
  readonly epoch: number;
}

export interface AuditorOptions extends BooksOptions {
  readonly seen: (what: string) => void;
}

export class Auditor {
  readonly books: Books;
  readonly #seen: (what: string) => void;
  /** By table and epoch. */
  readonly #hosts = new Map<string, WatchedHost>();

  constructor(options: AuditorOptions) {
    this.books = new Books(options);
    this.#seen = options.seen;
  }

  hosting(id: string, terms: TableTerms, epoch: number): WatchedHost {
    const host = watchedHost({ id, terms, epoch, books: this.books, seen: this.#seen });
    this.#hosts.set(`${terms.tableId}/${epoch}`, host);
    return host;
  }

  /** The host read the table's past: from here it goes on, whatever it did before. */
  recovering(host: WatchedHost): void {
    const running = this.books.running(host.terms.tableId);
    host.found = running === null ? null : (running.status as "open" | "locked");
    this.#seen(`recovered: ${host.found ?? "finished"}`);
    host.voids.reads();
  }

  /** The host froze or lost its lease: it predicts nothing, and refuses all. */
  stopped(host: WatchedHost): void {
    host.still = host.shadow ?? host.still;
    host.shadow = null;
    host.life += 1;
    host.recalls = 0;
    host.told.stops();
  }

  /** An event has had all its effects: whoever waits for a reply waits for the bank. */
  settled(host: WatchedHost): void {
    const { shadow, requests, recalls } = host;
    if (shadow === null) return;
    const due = shadow.pending + recalls;
    check(requests.size === due, () => `${host.id} owes ${requests.size} replies, and not ${due}`);
    host.told.settled();
  }

  /** A host that froze, stopped or lost its lease lets nobody wait. */
  still({ shadow, id, requests }: WatchedHost): void {
    if (shadow !== null) return;
    check(requests.size === 0, () => `${id} stands still, and owes ${requests.size} replies`);
  }

  /** A round was locked. */
  locked(lease: Lease, round: number, digest: string): void {
    const changes = this.#changesOf(lease);
    this.books.locked(lease, round, digest);
    const where = () => `${lease.tableId}: ${round} is locked`;
    check(changes.length === 0, () => `${where()}, and is of another game: ${changes.join("; ")}`);
  }

  /** A round was taken back: what was open, of another game than the table's; and everyone reads why. */
  voided(lease: Lease, round: number, reason: string): void {
    const { status } = this.books.running(lease.tableId) ?? {};
    const where = () => `${lease.tableId}/${lease.epoch}: ${round} is void`;
    check(status === "open", () => `${where()}, and was ${status}`);
    const changes = this.#changesOf(lease);
    const broke = this.brokeTwice(lease, round);
    const isDue = changes.length > 0 || broke;
    check(isDue, () => `${where()}, and its game is the table's: ${reason}`);
    const ofBreaks = broke && reason.includes("error");
    const ofGame = changes.some(([before, now]) => reason.includes(`from ${before} to ${now}`));
    check(ofBreaks || ofGame, () => `${where()}, and the reason is not "${reason}"`);
    this.#seen(`seen: void ${ofGame ? "for another game" : "after breaking twice"}`);
    this.books.voided(lease, round, reason);
  }

  /** Whether who writes under the lease met broken invariants twice in that round. */
  brokeTwice(lease: Lease, round: number): boolean {
    return brokeAgainIn(this.#hostOf(lease), round);
  }

  /** What of the running round's game the table has otherwise, as who writes there has it. */
  #changesOf(lease: Lease): ReturnType<typeof changesOf> {
    const running = this.books.running(lease.tableId);
    check(running !== null, () => `${lease.tableId}: nothing to write in ${lease.epoch}`);
    return changesOf(running.terms, this.#hostOf(lease).terms);
  }

  #hostOf({ tableId, epoch }: Lease): WatchedHost {
    const host = this.#hosts.get(`${tableId}/${epoch}`);
    check(host !== undefined, () => `${tableId}: nobody to write in ${epoch}`);
    return host;
  }

  /** It froze: where the bank is to blame, operations hear so until it has started again. */
  froze(host: WatchedHost, { ofBank }: { readonly ofBank: boolean }): void {
    host.refuses = ofBank ? "BANK_UNAVAILABLE" : "TABLE_PAUSED";
    if (!ofBank) {
      const round = this.#opened(host);
      host.broke = { round, times: host.broke.round === round ? host.broke.times + 1 : 1 };
    }
    this.stopped(host);
  }

  /** Everyone at this host hears that it froze. */
  toldFrozen(host: WatchedHost, { phase }: Pick<View, "phase">): void {
    host.frozenTold = true;
    check(phase === "paused", () => `${host.id} froze, and shows ${phase}`);
  }

  /** The host knows that another process has the table. */
  lost(host: WatchedHost): void {
    host.lost = true;
    host.refuses = "TABLE_PAUSED";
    this.stopped(host);
  }

  /** The host asks for a turn of the round as of `at`: of now, or as it asked for it or the one before. */
  asksAsOf(host: WatchedHost, at: number, now: number): void {
    const known = at === now || host.askedAt.has(at);
    check(known, () => `${host.id} asks for a turn as of ${now - at} ms ago`);
    host.askedAt.add(at);
  }

  /** It stops, and takes no operation in any more; by itself, between two rounds only. */
  stops(host: WatchedHost, { byItself }: { readonly byItself: boolean }): void {
    if (host.ending) return;
    host.ending = true;
    this.stopped(host);
    if (!byItself) return;
    const { id, terms, epoch } = host;
    const { round } = this.books.running(terms.tableId) ?? {};
    const between = round === undefined || epoch < this.books.table(terms.tableId).epoch;
    check(between, () => `${id} gives its table up in the middle of round ${round}`);
  }

  /** Everyone at this host is shown a new state. */
  turned(host: WatchedHost, view: View, now: number): void {
    const { tableId } = host.terms;
    const running = this.books.running(tableId);
    const replaced = host.epoch !== this.books.table(tableId).epoch;
    // Who was replaced before it began goes by a past that is over; the bank refuses what it writes.
    if (host.shadow === null && replaced) {
      if (!host.ending) this.#seen("seen: holder replaced before it began");
      host.ending = true;
    }
    if (host.ending) {
      // Nothing begins here any more.
    } else if (host.shadow === null) {
      this.#resumes(host, { view, now, running });
    } else {
      if (host.view !== null) host.told.turns(host.view, view, now);
      host.shadow.turned(view);
      // The ball rests, even where everyone is shown a pause.
      const rests = !sameLabels(view.lastPockets, host.view?.lastPockets ?? []);
      if (rests) host.told.owesResults(host.shadow.staked);
    }
    const { shadow } = host;
    host.view = view;
    host.told.shows(view);
    if (view.pocket !== "") host.voids.showsPocket();
    if (shadow === null) return;
    const { totalStake } = shadow;
    check(
      view.totalStake === totalStake,
      () => `${host.id} shows ${view.totalStake} chips, and ${totalStake} lie there`,
    );
  }

  #resumes(
    host: WatchedHost,
    { view, now, running }: { view: View; now: number; running: BookedRound | null },
  ): void {
    const { terms, seats, expected } = host;
    for (const [playerId, seat] of seats) if (!seat.seated) seats.delete(playerId);
    const isBroken = running?.status === "open" && brokeAgainIn(host, running.round);
    check(!isBroken, () => `${host.id} goes on with ${running?.round}, in which it broke again`);
    checkResumption({ id: host.id, terms, books: this.books, view, now, seen: this.#seen });
    const expect = (request: number, of: Expected) => expected.set(request, of);
    const options = {
      terms,
      books: this.books,
      seats,
      expect,
      seen: (what: string) => this.#seen(`seen: ${what}`),
      placed: (playerId: string, changes: readonly Change[]) => host.told.placed(playerId, changes),
    };
    host.frozenTold = false;
    host.told.begins(view.phase);
    host.voids.begins();
    host.shadow = new Shadow(options, running, { view, now });
  }

  /** A seat is taken, and who has no last chips here is asked about at the bank; or kept. */
  sat(host: WatchedHost, playerId: string, shown: OwnLayout): void {
    const before = host.seats.get(playerId);
    const seat = before ?? { seated: true, clientSeed: null, lastChips: [] };
    const kept = before?.seated === true;
    seat.seated = true;
    const told = host.lastChips.get(playerId);
    host.lastChips.delete(playerId);
    if (seat.lastChips.length === 0) {
      const asked = kept || told !== undefined;
      check(asked, () => `${host.id} does not ask for the last chips of ${playerId}`);
      seat.lastChips = told ?? [];
    }
    host.seats.set(playerId, seat);
    if (host.shadow === null) return;
    host.voids.sits(playerId);
    const layout = host.shadow.players.get(playerId)?.layout ?? new Map<string, number>();
    const same =
      shown.stake === chipsIn(layout) &&
      sameChips(shown.chips, [...layout]) &&
      sameChips(shown.lastChips, seat.lastChips);
    check(same, () => `${host.id} shows ${playerId} another layout than theirs`);
  }

  left(host: WatchedHost, playerId: string): void {
    // Who was replaced before it began takes bets that the bank refuses: who keeps a seat is not known.
    if (!host.ending) (host.shadow ?? host.still)?.left(playerId);
  }

  /** A client seed was taken, said to count from `fromRound` on. */
  seeded(host: WatchedHost, playerId: string, given: { seed: string; fromRound: number }): void {
    const seat = host.seats.get(playerId);
    if (seat?.seated === true) seat.clientSeed = given.seed;
    if (host.shadow === null) {
      if (!host.ending) this.#seen("seen: seed given while a table starts again");
      return;
    }
    const opening = host.frozenFor > this.#opened(host);
    if (opening) this.#seen("seen: seed given while a round opens");
    const from = (opening ? host.frozenFor : this.#opened(host)) + 1;
    check(given.fromRound === from, () => `a seed counts from ${given.fromRound}, not ${from}`);
  }

  /** The round that this host opened or found last. */
  #opened(host: WatchedHost): number {
    return Math.max(host.view?.round ?? 0, 0);
  }

  /** The host asks for the next round: the list of seeds is frozen. */
  opens(host: WatchedHost, opening: Opening, now: number): void {
    const { round, clientSeeds, openedAt, wheel, zeroRule } = opening;
    const where = () => `${host.id} opens ${round}`;
    // However often it asks: the round is opened when it is written down, and not when it was due.
    check(openedAt === now, () => `${where()} as of ${now - openedAt} ms ago`);
    const isOwn = wheel === host.terms.wheel && zeroRule === host.terms.zeroRule;
    check(isOwn, () => `${where()} on ${wheel} with ${zeroRule}, which is not its table's game`);
    const own = Array.from(host.seats)
      .filter(([, { clientSeed }]) => clientSeed !== null)
      .map(([playerId, { clientSeed }]) => `${playerId}:${clientSeed}`);
    const asked = clientSeeds.map(({ playerId, seed }) => `${playerId}:${seed}`);
    // What is asked for again was frozen before.
    if (host.frozenFor !== round) {
      host.askedAt.clear();
      check(
        own.sort().join() === asked.sort().join(),
        () => `${host.id} freezes ${asked.sort().join()}, not ${own.join()}`,
      );
      if (asked.length > 0) this.#seen("seen: round with client seeds");
      const { pocket = "", phaseEndsAt = 0 } = host.view ?? {};
      const rested = pocket === "" || openedAt >= phaseEndsAt;
      check(rested, () => `${where()} while the last result is shown`);
    }
    host.frozenFor = round;
  }

  /** An operation reaches a host that takes it (`running`) or is not there for it. */
  delivered(
    host: WatchedHost,
    delivered: { request: number; operation: Operation; now: number },
  ): void {
    const { request, operation, now } = delivered;
    host.requests.set(request, { operation, counted: this.#booked(operation) !== undefined });
    host.shadow?.operate(request, operation, now);
  }

  #booked({ playerId, op }: Operation): Booked | undefined {
    return this.books.operations.get(`${playerId} ${op}`);
  }

  /** A reply leaves the host. */
  replied(host: WatchedHost, request: number, reply: Reply): void {
    const asked = host.requests.get(request);
    check(asked !== undefined, () => `${host.id} replies to nobody`);
    host.requests.delete(request);
    const expected = host.expected.get(request);
    host.expected.delete(request);
    const { operation } = asked;
    const { tableId } = host.terms;
    const where = () => `${host.id}: ${operation.playerId}'s ${operation.op} (${operation.kind})`;
    if ("answer" in reply) {
      this.#answered(host, operation, { reply, where });
      const told = expected?.type;
      const legal = told === "answer" || (expected?.type === "refusal" && !expected.final);
      check(legal || host.shadow === null, () => `${where()} is answered, and ${told} was due`);
      const isReplay = reply.isReplay === true;
      const passes = isReplay ? "passes" : "does not pass";
      check(
        isReplay === wouldReplay(expected, isReplay),
        () => `${where()} ${passes} for a replay`,
      );
      return;
    }
    const { refusal } = reply;
    this.#seen(`refused: ${refusal.code}`);
    if (host.shadow === null) {
      const stops = host.ending && ["TABLE_PAUSED", "BANK_UNAVAILABLE"].includes(refusal.code);
      const passing = stops || refusal.code === host.refuses;
      // What is under way while a host stops is still decided: refused where it did not count yet.
      const decided = host.ending && (!asked.counted || refusal.code === "OP_REUSED");
      const legal = passing || decided || fits(refusal, expected);
      check(legal, () => `${where()}: ${refusal.code} of a still host`);
      const wasTaken = host.ending && !host.lost && expected?.type === "later";
      const early = wasTaken && refusal.code === "TABLE_PAUSED" && host.posting > 0;
      check(!early, () => `${where()} is refused before the bank has answered`);
      return;
    }
    check(
      expected?.type === "refusal",
      () => `${where()}: ${refusal.code}, and ${expected?.type} was due`,
    );
    const counted = this.#booked(operation);
    if (counted && counted.tableId !== tableId) this.#seen("seen: asked for at another table");
    const reused = counted !== undefined && !isSame(counted, operation, tableId);
    const unknown = refusal.code === "BANK_UNAVAILABLE" && !expected.final;
    check(
      unknown || (refusal.code === "OP_REUSED" && reused) || fits(refusal, expected),
      () => `${where()}: ${textOf(refusal)}, and ${textOf(expected.refusal)} was due`,
    );
    const stands =
      asked.counted && refusal.code !== "OP_REUSED" && refusal.code !== "BANK_UNAVAILABLE";
    check(!stands, () => `${where()} counts, and is refused with ${refusal.code}`);
    if (counted !== undefined && !asked.counted && fits(refusal, expected)) {
      this.#seen("seen: refused while the same op was placed");
    }
  }

  #answered(
    host: WatchedHost,
    operation: Operation,
    { reply, where }: { reply: Extract<Reply, { answer: unknown }>; where: () => string },
  ): void {
    const booked = this.#booked(operation);
    check(booked !== undefined, () => `${where()} is answered, and was never committed`);
    const isOwn = isSame(booked, operation, host.terms.tableId);
    check(isOwn, () => `${where()} was another operation`);
    const { answer } = reply;
    const due = booked.answer;
    const same =
      answer.op === due.op &&
      answer.round === due.round &&
      answer.stake === due.stake &&
      answer.balance === due.balance &&
      sameChips(answer.chips ?? [], due.chips ?? []);
    check(same, () => `${where()} answers ${JSON.stringify(answer)}, not ${JSON.stringify(due)}`);
    this.#seen("seen: answered");
    if (host.shadow !== null && booked.answer.round < host.shadow.round) {
      this.#seen("seen: answered again, from an earlier round");
    }
    if (booked.epoch < host.epoch) this.#seen("seen: answered again, from an earlier holder");
  }
}
