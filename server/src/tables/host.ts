/**
 * The host of one table: it owns the state, feeds it time, requests and the store's answers through
 * one queue, and carries out what the step wishes for.
 *
 *   running ──(a broken invariant, again)──▶ frozen ──(void what is open, start again)──▶ running
 *      │   └──(the first; the bank failed)──▶ frozen ──(start again in the same round)──▶ running
 *      ├──────────────(stop)──────────────▶ stopped
 *      └──(the lease is somebody else's)──▶ lost
 *
 * While the store is unavailable the host asks again and again, with growing, jittered pauses, and
 * the table shows `paused`; nothing is told that is not durable. A broken invariant, or a bank that
 * fails, freezes the table: nothing in memory is believed any more, and it starts again from what the
 * store holds. A second broken invariant in a round has that voided by the store. A lost lease ends it:
 * the round goes on elsewhere.
 */
import type { Chips } from "@croupier/shared/core/chips";
import { NO_CHIPS } from "@croupier/shared/core/chips";
import type { TableEffect } from "@croupier/shared/core/table/effects";
import type { ChipsOnSpots, TableInput } from "@croupier/shared/core/table/inputs";
import type { Refusal } from "@croupier/shared/core/table/refusal";
import type { TableState } from "@croupier/shared/core/table/state";
import { createTable, nextTickAt } from "@croupier/shared/core/table/state";
import { seedCountsFrom, step } from "@croupier/shared/core/table/step";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Clock } from "../platform/clock.ts";
import { Breaks } from "./breaks.ts";
import { Inbox } from "./inbox.ts";
import { StaleLeaseError } from "./lease.ts";
import type { TableObserver } from "./observer.ts";
import { Persistence, StoppedError } from "./persistence.ts";
import type { VoidedStake } from "./recovery.ts";
import { recoverTable } from "./recovery.ts";
import { PAUSED, UNKNOWN } from "./refusals.ts";
import type { RefusingOptions } from "./refusing.ts";
import { refuse } from "./refusing.ts";
import { Requests } from "./requests.ts";
import type { TableStore } from "./store.ts";
import { BankUnavailableError, isOfBank } from "./store.ts";
import type {
  Finish,
  OperationReply,
  OperationRequest,
  TableEvent,
  TableHost,
} from "./tableHost.ts";
import { Ticker } from "./ticker.ts";
import { VoidNews } from "./voidNews.ts";

const OF_SEATS: ReadonlySet<TableInput["type"]> = new Set(["sat", "left", "client-seed"]);

export interface HostOptions {
  readonly config: TableConfig;
  /** Of the lease under which the table runs. */
  readonly store: TableStore;
  readonly clock: Clock;
  /** Uniform in 0…1, for jitter. */
  readonly random: () => number;
  readonly observer: TableObserver;
}

/** A host that has not started yet. */
export interface NewHost extends TableHost {
  /**
   * Recovers the table and starts its rounds; asks for as long as the bank is away. Throws
   * `StaleLeaseError` where the lease was lost before, and `StoppedError` once it was stopped.
   */
  start(): Promise<void>;
}

/** Starts a host on a table; see {@link NewHost.start}. */
export async function startTable(options: HostOptions): Promise<TableHost> {
  const host = createHost(options);
  await host.start();
  return host;
}

export function createHost(options: HostOptions): NewHost {
  return new RunningTable(options);
}

class RunningTable implements NewHost {
  readonly config: TableConfig;
  readonly #options: HostOptions;
  readonly #inbox: Inbox<TableInput>;
  readonly #persistence: Persistence;
  readonly #requests = new Requests();
  readonly #refusing: RefusingOptions;
  readonly #listeners = new Set<(event: TableEvent) => void>();
  #state: TableState;
  readonly #ticker: Ticker;
  #life: "running" | "frozen" | "stopped" | "lost" = "frozen";
  #stopping = false;
  /** What operations are told while the table does not run. */
  #refusal = PAUSED;
  /** Set while the host is to stop after this round. */
  #finishing: PromiseWithResolvers<Finish> | null = null;
  readonly #voids = new VoidNews();
  readonly #breaks = new Breaks();

  constructor(options: HostOptions) {
    this.config = options.config;
    this.#options = options;
    this.#state = createTable(options.config, { lastRound: 0, lastPockets: [] });
    this.#inbox = new Inbox((input) => this.#take(input));
    this.#ticker = new Ticker(options.clock, (now) => this.#put({ type: "tick", now }));
    this.#refusing = {
      tableId: options.config.tableId,
      store: options.store,
      requests: this.#requests,
      broke: (error) => {
        if (this.#life === "running") this.#freeze(error);
      },
    };
    this.#persistence = new Persistence({
      ...options,
      put: (input) => this.#put(input),
      broke: (error) => this.#freeze(error),
    });
  }

  get state(): Readonly<TableState> {
    return this.#state;
  }

  /** Recovers; `broken` says why the running round must not go on. */
  async start(broken?: string): Promise<void> {
    const { state, voided } = await this.#persistence.retrying("recover", () =>
      recoverTable({
        ...this.#options,
        broken,
        tookBack: (round) => this.#voids.tookBack(round),
      }),
    );
    if (this.#stopping || this.#life === "lost") throw new StoppedError("start");
    this.#carrySeatsTo(state);
    this.#state = state;
    this.#life = "running";
    this.#tellHere(voided);
    this.#tell({ type: "turn" });
    this.#schedule();
  }

  async sit(playerId: string): Promise<void> {
    const player = this.#state.players.get(playerId);
    let lastChips: ChipsOnSpots = player?.lastChips ?? [];
    // The store was asked when a seat was taken: a crowd that comes back to its seats asks nothing.
    if (player?.seated !== true && lastChips.length === 0) {
      // What `repeat` would place is a comfort: a seat is taken without it where the bank is away.
      lastChips = await this.#options.store
        .lastChips(this.config.tableId, playerId)
        .catch((error: unknown) => {
          if (error instanceof BankUnavailableError) return [];
          throw error;
        });
    }
    this.#put({ type: "sat", now: this.#options.clock.now(), playerId, lastChips });
  }

  tellVoided(playerId: string, balance: Chips): void {
    for (const voided of this.#voids.take(playerId)) {
      this.#tell({ type: "voided", ...voided, balance, isLate: true });
    }
  }

  keepVoided({ playerId, round, reason, stake, balance }: VoidedStake): void {
    this.#voids.keep({ playerId, round, reason, stake, balance });
  }

  leave(playerId: string): void {
    this.#put({ type: "left", now: this.#options.clock.now(), playerId });
  }

  operate({ playerId, op, kind, chips }: OperationRequest): Promise<OperationReply> {
    if (this.#life !== "running" || this.#stopping) {
      return Promise.resolve({ refusal: this.#refusal });
    }
    const { request, reply } = this.#requests.open();
    const now = this.#options.clock.now();
    this.#put({ type: "operation", now, request, playerId, op, kind, chips });
    return reply;
  }

  setClientSeed(playerId: string, seed: string): { fromRound: number } {
    const fromRound = seedCountsFrom(this.#state);
    this.#put({ type: "client-seed", now: this.#options.clock.now(), playerId, seed });
    return { fromRound };
  }

  subscribe(listener: (event: TableEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ownLayout(playerId: string) {
    const player = this.#state.players.get(playerId);
    return {
      stake: player?.stake ?? NO_CHIPS,
      chips: player === undefined ? [] : [...player.chips],
      lastChips: player?.lastChips ?? [],
    };
  }

  doubtBank(): void {
    if (this.#life === "running") this.#persistence.doubt();
  }

  lose(): void {
    if (this.#life === "lost" || this.#stopping) return;
    this.#life = "lost";
    this.#finishing?.resolve({ finished: true });
    this.#abandonAll(PAUSED);
    void this.#persistence.stop();
    this.#tell({ type: "lost" });
    this.#listeners.clear();
  }

  finish(): Promise<Finish> {
    if (this.#stopping || this.#life === "lost") return Promise.resolve({ finished: true });
    this.#finishing ??= Promise.withResolvers();
    return this.#finishing.promise;
  }

  goOn(): void {
    // One that stops already is given up.
    if (this.#stopping) return;
    this.#finishing?.resolve({ finished: false });
    this.#finishing = null;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#refusal = PAUSED;
    this.#finishing?.resolve({ finished: true });
    this.#ticker.cancel();
    // What is in flight is answered yet; the round goes on from the store at the next start.
    await this.#persistence.stop();
    this.#life = "stopped";
    this.#requests.refuseAll(PAUSED);
    this.#listeners.clear();
  }

  #put(input: TableInput): void {
    if (this.#life !== "running") {
      // A seat outlives a restart of the table; everything else is asked for again from the store.
      if (OF_SEATS.has(input.type)) step(this.#state, input);
      return;
    }
    try {
      this.#inbox.put(input);
    } catch (error) {
      this.#freeze(error);
      return;
    }
    this.#schedule();
  }

  #take(input: TableInput): void {
    const announced = this.#state.phaseEndsAt;
    const { state, effects } = step(this.#state, input);
    this.#state = state;
    if (input.type === "opened") this.#breaks.wentWell();
    if (input.type === "settled") this.#voids.roundEnded();
    for (const effect of effects) this.#carryOut(effect, announced);
  }

  #carryOut(effect: TableEffect, announced: number): void {
    switch (effect.type) {
      case "answer":
        this.#requests.answer(effect);
        break;
      case "refuse":
        refuse(effect, this.#refusing);
        break;
      case "moved":
      case "result":
        this.#tell(effect);
        break;
      case "turn":
        this.#observeTurn(announced);
        this.#tell(effect);
        break;
      case "open":
        // Between two rounds nothing of the table is in memory alone: another can go on from here.
        if (this.#finishing === null) this.#persistence.carryOut(effect);
        else void this.#stopFinished(this.#finishing);
        break;
      default:
        this.#persistence.carryOut(effect);
    }
  }

  async #stopFinished(finishing: PromiseWithResolvers<Finish>): Promise<void> {
    await this.stop();
    finishing.resolve({ finished: true });
  }

  #observeTurn(announced: number): void {
    const { observer, clock } = this.#options;
    const lateMs = announced === 0 ? 0 : Math.max(0, clock.now() - announced);
    observer.turned(this.config.tableId, this.#state.stage, lateMs);
  }

  #schedule(): void {
    const running = this.#life === "running" && !this.#stopping;
    this.#ticker.set(running ? nextTickAt(this.#state) : null);
  }

  #freeze(error: unknown): void {
    if (this.#stopping || this.#life === "lost") return;
    if (error instanceof StaleLeaseError) {
      this.lose();
      return;
    }
    this.#life = "frozen";
    // Where the bank failed, or did not say what became of an operation, it is the bank that is waited for.
    this.#abandonAll(isOfBank(error) ? UNKNOWN : PAUSED);
    this.#options.observer.froze(this.config.tableId, error);
    // Until it has started again the table is shown as paused.
    this.#state.bankAvailable = false;
    this.#tell({ type: "froze" });
    void this.#startAgain(this.#breaks.whyNotOn(this.#state.round, error));
  }

  /** Nothing in memory is believed any more, and no answer that is still to come. */
  #abandonAll(refusal: Refusal): void {
    this.#refusal = refusal;
    this.#ticker.cancel();
    this.#inbox.clear();
    this.#persistence.abandon();
    this.#requests.refuseAll(refusal);
  }

  async #startAgain(broken: string | undefined): Promise<void> {
    await this.#persistence.pause(this.#breaks.nextPauseMs());
    // Nothing of the life that ended is added to what this one reads.
    await this.#persistence.quiet();
    try {
      await this.start(broken);
    } catch (error) {
      if (error instanceof StoppedError || this.#stopping || this.#life === "lost") return;
      if (error instanceof StaleLeaseError) {
        this.lose();
        return;
      }
      // What cannot be read yet says nothing of the round; but it is what operations wait for now.
      this.#refusal = isOfBank(error) ? UNKNOWN : PAUSED;
      this.#options.observer.froze(this.config.tableId, error);
      void this.#startAgain(broken);
    }
  }

  /** Those who sit stay seated, with their client seeds. */
  #carrySeatsTo(state: TableState): void {
    const now = this.#options.clock.now();
    for (const { playerId, seated, clientSeed, lastChips } of this.#state.players.values()) {
      if (!seated) continue;
      step(state, { type: "sat", now, playerId, lastChips });
      if (clientSeed !== null)
        step(state, { type: "client-seed", now, playerId, seed: clientSeed });
    }
  }

  /** Who is not here, because the process that they sat at is gone, hears of it when they come. */
  #tellHere(voided: readonly VoidedStake[]): void {
    const isHere = (playerId: string) => this.#state.players.get(playerId)?.seated === true;
    for (const stake of this.#voids.heard(voided, isHere)) this.#tell({ type: "voided", ...stake });
  }

  #tell(event: TableEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
