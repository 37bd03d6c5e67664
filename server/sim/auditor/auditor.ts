/**
 * Watches a whole simulated house and complains of the first thing that is not as it must be.
 *
 * It sees what a careful observer could see: what reaches hosts and what they reply, what they ask of
 * the bank, what the bank commits, what everyone is shown. From that and from its own rules and books
 * it predicts each reply. It shares no code with what it audits.
 */
import type { Booked, BookedRound, BooksOptions } from "./books.ts";
import { Books, contentOf } from "./books.ts";
import type { Expected, Seat } from "./shadow.ts";
import { Shadow } from "./shadow.ts";
import type { Change, Operation, Refused, Reply, TableTerms, View } from "./terms.ts";
import { check, layoutText } from "./terms.ts";

/** A betting window that goes on after a takeover is at least this long. */
const LEAST_WINDOW_MS = 5_000;

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
}

export interface AuditorOptions extends BooksOptions {
  readonly seen: (what: string) => void;
}

export class Auditor {
  readonly books: Books;
  readonly #seen: (what: string) => void;

  constructor(options: AuditorOptions) {
    this.books = new Books(options);
    this.#seen = options.seen;
  }

  hosting(id: string, terms: TableTerms, epoch: number): WatchedHost {
    return {
      id,
      terms,
      epoch,
      shadow: null,
      still: null,
      life: 0,
      ending: false,
      view: null,
      found: null,
      seats: new Map(),
      requests: new Map(),
      expected: new Map(),
      lastChips: new Map(),
      frozenFor: 0,
    };
  }

  /** The host read the table's past: from here it goes on, whatever it did before. */
  recovering(host: WatchedHost): void {
    const running = this.books.running(host.terms.tableId);
    host.found = running === null ? null : (running.status as "open" | "locked");
    this.#seen(`recovered: ${host.found ?? "finished"}`);
  }

  /** The host froze or lost its lease: it predicts nothing, and refuses all. */
  stopped(host: WatchedHost): void {
    host.still = host.shadow ?? host.still;
    host.shadow = null;
    host.life += 1;
  }

  /** The host was told to stop: no operation is taken in any more. */
  ending(host: WatchedHost): void {
    host.ending = true;
    this.stopped(host);
  }

  /** Everyone at this host is shown a new state. */
  turned(host: WatchedHost, view: View, now: number): void {
    const { tableId } = host.terms;
    const running = this.books.running(tableId);
    const replaced = host.epoch !== this.books.table(tableId).epoch;
    // Who was replaced before it began goes by a past that is over; the bank refuses what it writes.
    if (host.shadow === null && replaced) host.ending = true;
    if (host.ending) {
      // Nothing begins here any more.
    } else if (host.shadow === null) {
      this.#resumes(host, { view, now, running });
    } else {
      if (host.view?.phase === "paused" && view.phase !== "paused")
        this.#seen("seen: paused and went on");
      this.#opensInTime(host, view, now);
      host.shadow.turned(view);
    }
    host.view = view;
    this.#shows(host, view);
  }

  #resumes(
    host: WatchedHost,
    { view, now, running }: { view: View; now: number; running: BookedRound | null },
  ): void {
    const { terms, seats, expected } = host;
    for (const [playerId, seat] of seats) if (!seat.seated) seats.delete(playerId);
    const where = () => `${host.id} goes on`;
    if (running === null) {
      check(view.phase === "paused", () => `${where()} as ${view.phase} without a round`);
    } else {
      check(
        view.round === running.round,
        () => `${where()} with ${view.round}, not ${running.round}`,
      );
      if (running.status === "open") {
        const least = now + Math.min(LEAST_WINDOW_MS, terms.bettingMs);
        check(view.phase === "betting", () => `${where()} as ${view.phase}, and betting is open`);
        check(view.phaseEndsAt >= least, () => `${where()} for ${view.phaseEndsAt - now} ms only`);
      } else {
        check(view.phase === "closing", () => `${where()} as ${view.phase}, and is locked`);
      }
    }
    const expect = (request: number, of: Expected) => expected.set(request, of);
    const options = {
      terms,
      books: this.books,
      seats,
      expect,
      seen: (what: string) => this.#seen(`seen: ${what}`),
    };
    host.shadow = new Shadow(options, running, { view, now });
  }

  #opensInTime(host: WatchedHost, view: View, now: number): void {
    if (view.phase !== "betting" || view.round === host.shadow?.round) return;
    const due = now + host.terms.bettingMs;
    check(
      view.phaseEndsAt === due,
      () => `${host.id}: betting ends ${view.phaseEndsAt - due} ms off`,
    );
  }

  /** Nothing is shown that is not durable, and nothing other than what is. */
  #shows(host: WatchedHost, view: View): void {
    const where = () => `${host.id} shows ${view.phase} of round ${view.round}`;
    const round = this.books.table(host.terms.tableId).rounds[view.round - 1];
    if (round === undefined) {
      check(view.round === 0, () => `${where()}, which nobody opened`);
      return;
    }
    // Before its first round after a start a host has nothing of the last one to show.
    if (view.commitment === "" && view.phase === "paused") return;
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
    // A holder that was replaced does not know it yet, and shows what was.
    if (view.phase === "betting" && host.epoch === this.books.table(host.terms.tableId).epoch) {
      check(round.status === "open", () => `${where()} and is ${round.status}`);
    }
  }

  /** A seat is taken. Who has no last chips here is asked about at the bank. */
  sat(host: WatchedHost, playerId: string): void {
    const seat = host.seats.get(playerId) ?? { seated: true, clientSeed: null, lastChips: [] };
    seat.seated = true;
    const told = host.lastChips.get(playerId);
    host.lastChips.delete(playerId);
    if (seat.lastChips.length === 0) {
      check(told !== undefined, () => `${host.id} does not ask for the last chips of ${playerId}`);
      seat.lastChips = told;
    }
    host.seats.set(playerId, seat);
  }

  left(host: WatchedHost, playerId: string): void {
    (host.shadow ?? host.still)?.left(playerId);
  }

  /** A client seed was taken, said to count from `fromRound` on. */
  seeded(host: WatchedHost, playerId: string, given: { seed: string; fromRound: number }): void {
    const seat = host.seats.get(playerId);
    if (seat?.seated === true) seat.clientSeed = given.seed;
    if (host.shadow === null) return;
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
  opens(
    host: WatchedHost,
    round: number,
    seeds: readonly { playerId: string; seed: string }[],
  ): void {
    const own = Array.from(host.seats)
      .filter(([, { clientSeed }]) => clientSeed !== null)
      .map(([playerId, { clientSeed }]) => `${playerId}:${clientSeed}`);
    const asked = seeds.map(({ playerId, seed }) => `${playerId}:${seed}`);
    // What is asked for again was frozen before.
    if (host.frozenFor !== round) {
      check(
        own.sort().join() === asked.sort().join(),
        () => `${host.id} freezes ${asked.sort().join()}, not ${own.join()}`,
      );
      if (asked.length > 0) this.#seen("seen: round with client seeds");
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
    const where = () => `${host.id}: ${operation.playerId}'s ${operation.op} (${operation.kind})`;
    if ("answer" in reply) {
      this.#answered(host, operation, { reply, where });
      const told = expected?.type;
      const legal = told === "answer" || (expected?.type === "refusal" && !expected.final);
      check(legal || host.shadow === null, () => `${where()} is answered, and ${told} was due`);
      return;
    }
    const { refusal } = reply;
    this.#seen(`refused: ${refusal.code}`);
    if (host.shadow === null) {
      const passing = refusal.code === "TABLE_PAUSED" || refusal.code === "BANK_UNAVAILABLE";
      // What is under way while a host stops is still decided: refused where it did not count yet.
      const decided = host.ending && (!asked.counted || refusal.code === "OP_REUSED");
      const legal = passing || decided || fits(refusal, expected);
      check(legal, () => `${where()}: ${refusal.code} of a still host`);
      return;
    }
    check(
      expected?.type === "refusal",
      () => `${where()}: ${refusal.code}, and ${expected?.type} was due`,
    );
    const counted = this.#booked(operation);
    const reused = counted !== undefined && counted.content !== contentOf(operation);
    const unknown = refusal.code === "BANK_UNAVAILABLE" && !expected.final;
    check(
      unknown || (refusal.code === "OP_REUSED" && reused) || fits(refusal, expected),
      () => `${where()}: ${text(refusal)}, and ${text(expected.refusal)} was due`,
    );
    const stands =
      asked.counted && refusal.code !== "OP_REUSED" && refusal.code !== "BANK_UNAVAILABLE";
    check(!stands, () => `${where()} counts, and is refused with ${refusal.code}`);
  }

  #answered(
    host: WatchedHost,
    operation: Operation,
    { reply, where }: { reply: Extract<Reply, { answer: unknown }>; where: () => string },
  ): void {
    const booked = this.#booked(operation);
    check(booked !== undefined, () => `${where()} is answered, and was never committed`);
    check(booked.content === contentOf(operation), () => `${where()} was another operation`);
    const { answer } = reply;
    const due = booked.answer;
    const same =
      answer.op === due.op &&
      answer.round === due.round &&
      answer.stake === due.stake &&
      answer.balance === due.balance &&
      (answer.chips === due.chips ||
        layoutText(answer.chips ?? []) === layoutText(due.chips ?? []));
    check(same, () => `${where()} answers ${JSON.stringify(answer)}, not ${JSON.stringify(due)}`);
    this.#seen("seen: answered");
    if (host.shadow !== null && booked.answer.round < host.shadow.round) {
      this.#seen("seen: answered again, from an earlier round");
    }
    if (booked.epoch < host.epoch) this.#seen("seen: answered again, from an earlier holder");
  }

  /** A player is told how a round went. */
  resulted(
    host: WatchedHost,
    result: {
      readonly playerId: string;
      readonly round: number;
      readonly pocket: string;
      readonly stake: number;
      readonly returned: number;
      readonly balance: number;
    },
  ): void {
    const { playerId, round } = result;
    const where = () => `${host.id}: the result of ${round} for ${playerId}`;
    const booked = this.books.table(host.terms.tableId).rounds[round - 1];
    check(booked?.status === "settled", () => `${where()} of a round that is not settled`);
    const due = this.books.dueTo(booked, playerId);
    const same =
      result.pocket === booked.pocket &&
      result.stake === due.stake &&
      result.returned === due.returned &&
      result.balance === due.balance;
    check(same, () => `${where()} is ${JSON.stringify(result)}, not ${JSON.stringify(due)}`);
    this.#seen("seen: result told");
  }

  /** A player is told that a round is void. */
  voidTold(
    host: WatchedHost,
    told: { playerId: string; round: number; stake: number; balance: number },
  ): void {
    const booked = this.books.table(host.terms.tableId).rounds[told.round - 1];
    const where = () => `${host.id}: ${told.playerId} hears that round ${told.round} is void`;
    check(booked?.status === "void", () => `${where()}, and it is not`);
    const due = this.books.dueTo(booked, told.playerId);
    check(told.stake === due.stake, () => `${where()}, with ${told.stake}, not ${due.stake} back`);
    this.#seen("seen: void told");
  }
}

function fits(refusal: Refused, expected: Expected | undefined): boolean {
  if (expected?.type !== "refusal") return false;
  const due = expected.refusal;
  return (
    due.code.split("|").includes(refusal.code) &&
    (due.limit === undefined || due.limit === refusal.limit) &&
    (due.lateMs === undefined || due.lateMs === refusal.lateMs)
  );
}

function text({ code, limit, lateMs }: Refused): string {
  return [code, limit, lateMs].filter((part) => part !== undefined).join(" ");
}
