/**
 * The way between a process and the database: calls arrive late or not at all, answers are lost, and
 * a process that died meanwhile hears nothing.
 */
import { InvariantError } from "@croupier/shared/core/assert";
import type { Posting } from "@croupier/shared/core/table/effects";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Lease, LeaseStore } from "../src/tables/lease.ts";
import type { CensusStore } from "../src/tables/sharing.ts";
import type { PostResult, TableStore } from "../src/tables/store.ts";
import { BankFaultError, BankUnavailableError, OutcomeUnknownError } from "../src/tables/store.ts";
import { askedContentOf } from "./askedContent.ts";
import type { Kind } from "./auditor/terms.ts";
import { check } from "./auditor/terms.ts";
import type { WatchedHost } from "./auditor/watchedHost.ts";
import type { Caller, Surroundings } from "./surroundings.ts";

const QUICK_MS = 3;
/** Longer than a table that froze stands still. */
export const SLOW_MS = 900;
/** Answers are lost rather when everything is slow. */
const LOST_WHEN_SLOW = 8;
const AWAY = "the database is away";
const DAMAGED = "a page is damaged";
/** For how long a process seeks the outcome of a post, where others queue behind that. */
const SEEKS_MS = [50, 600] as const;
/** What queued is on its way for longer than a table that froze stands still. */
const HELD_UP_MS = [300, 1_500] as const;

/** Once a table broke, of its next operation or turn in that round to break it again. */
const BREAKS_AGAIN = 0.5;
/** In one round: what is locked is tried until it is settled, and that has to end. */
const MOST_BREAKS = 3;
/** While the bank is damaged, of a call to fail at that; and for how long it is. */
const FAILS_AGAIN = 0.5;
const DAMAGED_MS = [50, 2_000] as const;
/** Of a table that starts again, to come upon a damaged bank. */
const STARTS_ON_DAMAGE = 0.1;

/** Between two starts of a table that broke, at most. */
const LONGEST_PAUSE_MS = 60_000;

/** As a broken invariant of the table's own, or of the books. */
export class PutInError extends InvariantError {}

/** What the way goes through. */
type Between = Pick<
  Surroundings,
  | ("random" | "scheduler" | "counts" | "deadlines" | "auditor" | "bank")
  | ("faults" | "mood" | "queueing" | "audit" | "afterwards")
>;

export class Link {
  readonly #world: Between;
  readonly #caller: Caller;
  /** Until then it seeks an outcome, and posts nothing else. */
  #seeksUntil = 0;
  /** Until then the bank fails at much that it is asked for. */
  #damagedUntil = 0;

  constructor(world: Between, caller: Caller) {
    this.#world = world;
    this.#caller = caller;
  }

  /** The leases as the caller sees them. */
  leases(): LeaseStore & CensusStore {
    const bank = this.#world.bank.leases;
    const { id } = this.#caller;
    return {
      take: (tableIds) => this.#call(() => bank.take(id, tableIds)),
      // Without leases it only says that the process lives, which this bank knows by itself.
      renew: async (leases) =>
        leases.length === 0 ? [] : this.#call(() => bank.renew(id, leases)),
      release: (leases, receiver = null) => this.#call(() => bank.release(id, leases, receiver)),
      holder: id,
      census: (self) => this.#call(() => bank.census(id, self)),
    };
  }

  /** The store of a lease, whose host the auditor watches. */
  store(lease: Lease, host: WatchedHost): TableStore {
    const { bank, auditor } = this.#world;
    const audit = (look: () => void) => this.#world.audit(look);
    const asOf = (at: number) => audit(() => auditor.asksAsOf(host, at, this.#caller.now()));
    return {
      prepareTable: (_: TableConfig) =>
        this.#call(() => {
          const history = bank.prepare(lease);
          audit(() => auditor.recovering(host));
          return history;
        }, host),
      openRound: (opening) => {
        audit(() => auditor.opens(host, opening, this.#caller.now()));
        return this.#call(() => bank.open(lease, opening), host);
      },
      post: (_, posting) => this.#post(lease, host, posting),
      recall: (tableId, asked) => this.#recall(host, () => bank.recall(tableId, asked)),
      lockRound: (locking) => {
        asOf(locking.lockedAt);
        audit(() => host.shadow?.locks(locking.betsDigest));
        const lock = () => bank.lock(lease, locking);
        return this.#call(() => this.#turn(host, locking.round, lock), host);
      },
      settleRound: (settling) => {
        asOf(settling.settledAt);
        const settle = () => bank.settle(lease, settling);
        return this.#call(() => this.#turn(host, settling.round, settle), host);
      },
      voidRound: (voiding) => {
        asOf(voiding.voidedAt);
        const voided = this.#call(() => bank.void(lease, voiding), host);
        void voided.then(
          () => host.voids.tookBack(voiding.round),
          () => undefined,
        );
        return voided;
      },
      ping: () => this.#call(() => undefined),
      lastChips: (tableId, playerId) =>
        this.#call(() => {
          const chips = bank.lastChips(tableId, playerId);
          audit(() => auditor.books.hadLast(tableId, playerId, chips));
          return chips;
        }).then(
          (chips) => {
            host.lastChips.set(playerId, chips);
            return chips;
          },
          (error: unknown) => {
            host.lastChips.set(playerId, []);
            throw error;
          },
        ),
    };
  }

  /** Until the bank has answered, someone waits for a reply. */
  async #recall<Answer>(host: WatchedHost, act: () => Answer): Promise<Answer> {
    const { life } = host;
    host.recalls += 1;
    try {
      return await this.#call(act);
    } finally {
      if (life === host.life) {
        host.recalls -= 1;
        this.#world.afterwards(() => this.#world.auditor.settled(host));
      }
    }
  }

  #call<Answer>(act: () => Answer, host?: WatchedHost): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    if (!this.#caller.effect()) return promise;
    const { random, faults, scheduler, mood } = this.#world;
    const fail = (error: unknown) => this.#answer(() => reject(error), host, error);
    scheduler.plainlyAfter(this.#latencyMs(), () => {
      if (mood.away || random.chance(faults.requestLost)) {
        this.#meets(mood.away ? "call refused while the bank is away" : "request to the bank lost");
        fail(new BankUnavailableError(AWAY));
        return;
      }
      if (host !== undefined && this.#fails(host)) {
        fail(new BankFaultError(DAMAGED));
        return;
      }
      let answer: Answer;
      try {
        answer = act();
      } catch (error) {
        fail(error);
        return;
      }
      if (random.chance(faults.answerLost)) {
        this.#meets("answer of the bank lost");
        fail(new BankUnavailableError("the answer was lost"));
      } else {
        this.#answer(() => resolve(answer));
      }
    });
    return promise;
  }

  /** An answer on its way back; an error that ends the host's life ends its prediction first. */
  #answer(deliver: () => void, host?: WatchedHost, error?: unknown): void {
    const life = host?.life;
    const soughtMs = error instanceof OutcomeUnknownError ? this.#seek() : 0;
    if (soughtMs > 0) this.#world.deadlines.hindered(this.#caller.id, soughtMs);
    this.#world.scheduler.after(soughtMs + this.#latencyMs(), () =>
      this.#caller.run(() => {
        const ends = error !== undefined && !(error instanceof BankUnavailableError);
        if (host !== undefined && ends && life === host.life) this.#world.auditor.stopped(host);
        deliver();
      }),
    );
  }

  #post(lease: Lease, host: WatchedHost, posting: Posting): Promise<PostResult> {
    const { random, faults, mood } = this.#world;
    const { promise, resolve, reject } = Promise.withResolvers<PostResult>();
    if (!this.#caller.effect()) return promise;
    this.#asked(host, posting);
    host.posting += 1;
    const { life } = host;
    const conclude = (outcome: Concluded) => {
      if (life === host.life && host.shadow !== null) this.#concluded(host, posting, outcome);
    };
    const fail = (error: unknown) => {
      this.#answer(
        () => {
          host.posting -= 1;
          if (error instanceof BankUnavailableError) conclude({ code: "BANK_UNAVAILABLE" });
          reject(error);
        },
        host,
        error,
      );
    };
    const act = () => this.#posted(lease, posting);
    this.#send(() => {
      if (mood.away || random.chance(faults.requestLost)) {
        this.#meets(mood.away ? "call refused while the bank is away" : "request to the bank lost");
        fail(new BankUnavailableError(AWAY));
        return;
      }
      if (this.#fails(host)) {
        fail(new BankFaultError(DAMAGED));
        return;
      }
      if (this.#breaks(host, posting.round, "operation")) {
        fail(new PutInError("put in"));
        return;
      }
      if (random.chance(faults.outcomeUnknown * (mood.slow ? LOST_WHEN_SLOW : 1))) {
        this.#loseOutcome(lease.tableId, act);
        fail(new OutcomeUnknownError("nobody knows"));
        return;
      }
      try {
        const result = act();
        this.#answer(() => {
          host.posting -= 1;
          conclude(outcomeOf(result));
          resolve(result);
        });
      } catch (error) {
        fail(error);
      }
    });
    return promise;
  }

  /** Locks or settles a round; an invariant may break before that is committed, and after. */
  #turn<Answer>(host: WatchedHost, round: number, act: () => Answer): Answer {
    if (this.#breaks(host, round, "turn to come")) throw new PutInError("put in");
    const answer = act();
    if (this.#breaks(host, round, "turn committed")) throw new PutInError("put in");
    return answer;
  }

  #breaks(host: WatchedHost, round: number, at: "operation" | "turn to come" | "turn committed") {
    const { random, faults } = this.#world;
    if (faults.broken === 0) return false;
    const broke = host.broke.round === round ? host.broke.times : 0;
    if (broke >= MOST_BREAKS) return false;
    const breaks = random.chance(broke > 0 ? BREAKS_AGAIN : faults.broken);
    if (breaks) this.#meets(`invariant broken, ${at}`, LONGEST_PAUSE_MS);
    return breaks;
  }

  /** Whether the bank fails for a reason of its own, before it has written anything. */
  #fails(host: WatchedHost): boolean {
    const { random, scheduler, faults } = this.#world;
    if (faults.damaged === 0) return false;
    const isDamaged = scheduler.now < this.#damagedUntil;
    const startsAgain = host.frozenTold;
    const asEver = startsAgain ? STARTS_ON_DAMAGE : faults.damaged;
    if (!random.chance(isDamaged ? FAILS_AGAIN : asEver)) return false;
    if (!isDamaged) this.#damagedUntil = scheduler.now + random.between(...DAMAGED_MS);
    const fault = startsAgain ? "bank failed, table starts again" : "bank failed";
    this.#meets(fault, LONGEST_PAUSE_MS);
    return true;
  }

  /** A post on its way; it is the process that holds it back, and with that it is gone. */
  #send(arrive: () => void): void {
    const { random, scheduler } = this.#world;
    const heldBackMs = this.#seeksUntil - scheduler.now;
    if (heldBackMs <= 0) {
      scheduler.plainlyAfter(this.#latencyMs(), arrive);
      return;
    }
    this.#meets("post held up behind an unknown outcome", heldBackMs + HELD_UP_MS[1]);
    scheduler.after(heldBackMs, () =>
      this.#caller.run(() => scheduler.plainlyAfter(random.between(...HELD_UP_MS), arrive)),
    );
  }

  /** How long the process seeks an outcome before it gives up. */
  #seek(): number {
    const { random, scheduler, queueing } = this.#world;
    if (!queueing) return 0;
    const seeksMs = random.between(...SEEKS_MS);
    this.#seeksUntil = Math.max(this.#seeksUntil, scheduler.now + seeksMs);
    return seeksMs;
  }

  #posted(lease: Lease, posting: Posting): PostResult {
    const { bank, auditor } = this.#world;
    const before = auditor.books.balances.get(posting.playerId) ?? 0;
    const result = bank.post(lease, posting);
    if (result.status === "insufficient") {
      this.#world.audit(() =>
        check(
          result.balance === before && posting.stakeChange > before,
          () => `${posting.playerId} has ${before}, enough for ${posting.stakeChange}`,
        ),
      );
    }
    return result;
  }

  /** It is committed, or not, or will be; the caller never hears of it. */
  #loseOutcome(tableId: string, act: () => PostResult): void {
    const { random, scheduler, bank } = this.#world;
    const attempt = () => {
      try {
        act();
      } catch {
        // Refused by the bank: nothing was committed.
      }
    };
    const fate = random.between(0, 2);
    if (fate === 0) {
      this.#meets("outcome unknown, committed");
      attempt();
    } else if (fate === 1) {
      this.#meets("outcome unknown, not committed");
    } else {
      const lateMs = random.between(1, 400);
      this.#meets("outcome unknown, committed late", lateMs);
      bank.delay(tableId, attempt);
      scheduler.plainlyAfter(lateMs, () => bank.finishLate(tableId));
    }
  }

  #asked(host: WatchedHost, posting: Posting): void {
    const { shadow } = host;
    if (shadow === null) return;
    this.#world.audit(() => shadow.asked(posting, askedContentOf(posting)));
    this.#world.counts.add(`posted: ${posting.kind satisfies Kind}`);
  }

  #concluded(host: WatchedHost, { playerId, op }: Posting, outcome: Concluded): void {
    this.#world.audit(() => host.shadow?.concluded(playerId, op, outcome));
    this.#world.afterwards(() => {
      host.shadow?.settled(playerId);
      this.#world.auditor.settled(host);
    });
  }

  /** A fault that keeps the caller, for so long from now on. */
  #meets(fault: string, forMs = 0): void {
    const { counts, deadlines } = this.#world;
    counts.add(`fault: ${fault}`);
    deadlines.hindered(this.#caller.id, forMs);
  }

  #latencyMs(): number {
    const { random, faults, mood } = this.#world;
    if (random.chance(faults.delayed)) {
      const heldUpMs = random.between(100, 2_500);
      this.#meets("bank held up", heldUpMs);
      return heldUpMs;
    }
    return random.between(0, mood.slow ? SLOW_MS : QUICK_MS);
  }
}

type Concluded = Parameters<NonNullable<WatchedHost["shadow"]>["concluded"]>[2];

function outcomeOf(result: PostResult): Concluded {
  switch (result.status) {
    case "posted":
      return "posted";
    case "already":
      return result.sameContent ? "already" : "reused";
    case "insufficient":
      return { code: "INSUFFICIENT_CHIPS", limit: result.balance };
  }
}
