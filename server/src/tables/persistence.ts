/**
 * Carries a table's wishes to its store and brings the answers back as inputs.
 *
 * Turns of the round (open, lock, settle) must happen: while the store is unavailable they are asked
 * for again and again. Operations must not wait for that: they come back as unavailable at once.
 */
import type { TableEffect } from "@croupier/shared/core/table/effects";
import type { TableInput } from "@croupier/shared/core/table/inputs";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Clock, Timer } from "../platform/clock.ts";
import type { TableObserver } from "./observer.ts";
import type { TableStore } from "./store.ts";
import { BankUnavailableError } from "./store.ts";

/** Pauses between tries grow from the first to the longest, each shortened at random by up to half. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

type DurableEffect = Extract<TableEffect, { type: "open" | "post" | "lock" | "settle" }>;

interface PersistenceOptions {
  readonly config: TableConfig;
  readonly store: TableStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly observer: TableObserver;
  readonly put: (input: TableInput) => void;
  /** Anything but unavailability: a bug, or a holder that has gone stale. */
  readonly broke: (error: unknown) => void;
}

/** The host stopped while something was asked for again. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

export class Persistence {
  readonly #options: PersistenceOptions;
  readonly #pending = new Set<Promise<void>>();
  readonly #pauses = new Set<{ readonly timer: Timer; readonly end: () => void }>();
  /** Answers to an earlier life of the table are dropped. */
  #life = 0;
  #available = true;
  #doubting = false;
  #stopped = false;

  constructor(options: PersistenceOptions) {
    this.#options = options;
  }

  /** Carries `effect` out; its answer comes as an input, unless the table was abandoned meanwhile. */
  carryOut(effect: DurableEffect): void {
    this.#pursue(this.#do(effect, this.#life));
  }

  /** Counts `doing` as under way; what goes wrong with it is the table's concern, in this life. */
  #pursue(doing: Promise<void>): void {
    const life = this.#life;
    const work = doing.catch((error: unknown) => {
      if (error instanceof StoppedError || life !== this.#life) return;
      this.#options.broke(error);
    });
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  /** Somebody else could not reach the database: finds out whether the bank is away. */
  doubt(): void {
    if (this.#doubting || !this.#available || this.#stopped) return;
    this.#doubting = true;
    const asking = this.retrying("ping", () => this.#options.store.ping());
    this.#pursue(
      asking.finally(() => {
        this.#doubting = false;
      }),
    );
  }

  /** Drops every answer that is still to come, and asks for nothing again. */
  abandon(): void {
    this.#life += 1;
    this.#endPauses();
  }

  /** Resolves when nothing is under way to the store: what it holds then stays so. */
  async quiet(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Ends all asking again, and resolves when nothing is under way to the store. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endPauses();
    // An answer may lead to the next wish, up to the end of the stage.
    await this.quiet();
  }

  /** Asks until the store answers. Rejects with `StoppedError` once stopped or abandoned. */
  async retrying<Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer> {
    const life = this.#life;
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await ask();
        this.#setAvailable(true);
        return answer;
      } catch (error) {
        if (!(error instanceof BankUnavailableError)) throw error;
        if (this.#stopped || life !== this.#life) throw new StoppedError(what);
        this.#setAvailable(false);
        const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10));
        const pauseMs = most * (1 - this.#options.random() / 2);
        const { observer, config } = this.#options;
        observer.unavailable(config.tableId, what, pauseMs);
        await this.pause(pauseMs);
        if (life !== this.#life) throw new StoppedError(what);
      }
    }
  }

  /** Waits by the injected clock; ends early when the table stops. */
  pause(pauseMs: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const { clock } = this.#options;
    const timer = clock.at(clock.now() + pauseMs, () => {
      this.#pauses.delete(entry);
      resolve();
    });
    const entry = { timer, end: resolve };
    this.#pauses.add(entry);
    return promise;
  }

  #endPauses(): void {
    for (const { timer, end } of this.#pauses) {
      timer.cancel();
      end();
    }
    this.#pauses.clear();
  }

  async #do(effect: DurableEffect, life: number): Promise<void> {
    const { store, config, clock } = this.#options;
    const { tableId, wheel, zeroRule } = config;
    const put = (input: TableInput) => {
      if (life === this.#life) this.#options.put(input);
    };
    switch (effect.type) {
      case "open": {
        const { round, entropy, clientSeeds } = effect;
        const opening = { tableId, round, wheel, zeroRule, entropy, clientSeeds };
        // A round is opened when it is written down, however long it was asked for before.
        const { commitment, openedAt } = await this.retrying("open", () =>
          store.openRound({ ...opening, openedAt: clock.now() }),
        );
        put({ type: "opened", now: clock.now(), openedAt, commitment });
        break;
      }
      case "post":
        await this.#post(effect.posting, life);
        break;
      case "lock": {
        const { round, betsDigest, now } = effect;
        const locking = { tableId, round, betsDigest, lockedAt: now };
        const { seed } = await this.retrying("lock", () => store.lockRound(locking));
        put({ type: "locked", now: clock.now(), seed });
        break;
      }
      case "settle": {
        const { round, seed, pocket, bets, payouts, now } = effect;
        const settling = { tableId, round, seed, pocket, bets, payouts, settledAt: now };
        const { balances } = await this.retrying("settle", () => store.settleRound(settling));
        put({ type: "settled", now: clock.now(), balances });
        break;
      }
    }
  }

  async #post(posting: Extract<DurableEffect, { type: "post" }>["posting"], life: number) {
    const { store, config, clock } = this.#options;
    const { playerId, op } = posting;
    const answer = await store.post(config.tableId, posting).catch((error: unknown) => {
      if (!(error instanceof BankUnavailableError)) throw error;
      return { status: "unavailable" } as const;
    });
    if (life !== this.#life) return;
    this.#options.put({ type: "posted", now: clock.now(), playerId, op, outcome: answer });
    if (answer.status === "unavailable" && this.#available) {
      // Nothing else may be asking: find out by ourselves when the store is back.
      this.#setAvailable(false);
      await this.retrying("ping", () => store.ping());
    }
  }

  #setAvailable(available: boolean): void {
    if (this.#available === available) return;
    this.#available = available;
    this.#options.put({ type: "bank", now: this.#options.clock.now(), available });
  }
}
