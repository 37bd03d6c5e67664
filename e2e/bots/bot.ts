/**
 * One bot: signs in as a guest, sits down, and plays round after round until it is told to stop.
 *
 * It makes one operation at a time. An operation whose answer got lost is sent again under the same
 * op until it is answered or the run is over; a seat that is lost is taken again. So whatever
 * happens to the connection or the server, the bot's notes can be held against the books.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "@colyseus/sdk";
import { layoutOf } from "@croupier/shared/core/spots";
import type { TableLimits } from "@croupier/shared/protocol/messages";
import type { BetAnswer } from "@croupier/shared/protocol/requests";
import type { Retry } from "./api.ts";
import { withRetry } from "./api.ts";
import { epochMs } from "./clock.ts";
import type { Operation } from "./journal.ts";
import { Journal } from "./journal.ts";
import type { Random } from "./random.ts";
import type { PublicTable, Seat, SeatEvents } from "./seat.ts";
import { refusalOf, sitDown } from "./seat.ts";
import type { LastSeen } from "./sightings.ts";
import type { Strategy, Wish } from "./strategies.ts";
import type { Tally } from "./tally.ts";

export interface BotSettings {
  readonly index: number;
  readonly tableId: string;
  readonly client: Client;
  readonly random: Random;
  readonly strategy: Strategy;
  readonly tally: Tally;
  /** Nothing is tried again past this. */
  readonly retry: Retry;
}

/** Before the announced close a bot stops betting: this long, or a fifth of what is left. */
const CLOSE_GUARD_MS = 200;
const LATE_BY_MS = { least: 5, most: 120 };
/** Between two tries to send an operation again. */
const RESEND_MS = 200;

export class Bot {
  readonly journal: Journal;
  readonly index: number;
  readonly tableId: string;
  readonly #settings: BotSettings;
  readonly #last: LastSeen = { round: 0, phase: "", phaseEndsAt: 0 };
  #seat: Seat | null = null;
  #table: PublicTable | null = null;
  #limits: TableLimits | null = null;
  #balance = 0;
  #lastNet = 0;
  #plannedRound = 0;
  #stopping = false;
  #leaving = false;
  #counter = 0;
  /** Operations sent and not yet answered or given up. */
  #underWay = 0;
  /** The bot's own operations, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #opened = Promise.withResolvers<void>();
  #over = Promise.withResolvers<void>();

  constructor(settings: BotSettings) {
    this.#settings = settings;
    this.index = settings.index;
    this.tableId = settings.tableId;
    this.journal = new Journal(settings.tableId);
  }

  /** True while the bot holds a seat over a living connection. */
  get seated(): boolean {
    return this.#seat?.isOpen ?? false;
  }

  /** Takes a seat, and again where that fails, until the end of the run. */
  async sit(): Promise<void> {
    const { client, tally, retry } = this.#settings;
    this.#seat = await withRetry(retry, () => sitDown(client, this.tableId, this.#events()));
    this.#opened.resolve();
    const sentAt = epochMs();
    this.#seat.request("time", {}).then(
      (answer) => tally.clock.sample(sentAt, epochMs(), (answer as { readonly now: number }).now),
      // The clock has the answers of the other bots.
      () => undefined,
    );
  }

  /** Cuts the connection as a dead network would. */
  cut(): void {
    this.#seat?.cut();
  }

  /** No new wishes; resolves once nothing of the bot's is under way and its rounds are over. */
  async finish(deadline: Promise<unknown>): Promise<void> {
    this.#stopping = true;
    await Promise.race([this.#work, deadline]);
    this.#checkOver();
    await Promise.race([this.#over.promise, deadline]);
    this.#leaving = true;
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    if (this.seated) await this.#seat?.leave();
  }

  #events(): SeatEvents {
    const { tally } = this.#settings;
    return {
      state: (table) => this.#sawState(table),
      seat: (message) => {
        this.#limits = message.limits;
        this.#balance = message.balance;
        if (this.#underWay === 0) this.journal.seated(message);
        this.#plan();
      },
      settled: (message) => {
        this.journal.settled(message);
        this.#balance = message.balance;
        this.#lastNet = message.net;
        this.#checkOver();
      },
      voided: (message) => {
        this.journal.voided(message);
        this.#balance = message.balance;
        this.#lastNet = 0;
        this.#checkOver();
      },
      balance: (message) => {
        this.#balance = message.balance;
      },
      dropped: () => {
        tally.dropped += 1;
        this.#opened = Promise.withResolvers<void>();
      },
      back: () => {
        tally.reconnected += 1;
        this.#opened.resolve();
      },
      left: () => this.#lostSeat(),
    };
  }

  /** The SDK gave the seat up: sit down anew, as a player would. */
  #lostSeat(): void {
    if (this.#leaving) return;
    const { tally } = this.#settings;
    this.#seat = null;
    this.#opened = Promise.withResolvers<void>();
    this.sit().then(
      () => {
        tally.reconnected += 1;
      },
      (error: unknown) => {
        if (!this.#leaving) tally.error(`bot ${this.index} lost its seat: ${String(error)}`);
      },
    );
  }

  #sawState(table: PublicTable): void {
    const last = this.#last;
    this.#table = table;
    if (table.phase === last.phase && table.round === last.round) return;
    const { clock, sightings } = this.#settings.tally;
    sightings.turn(table, last, { at: epochMs(), dueAt: clock.toLocal(last.phaseEndsAt) });
    last.phase = table.phase;
    last.round = table.round;
    last.phaseEndsAt = table.phaseEndsAt;
    this.#plan();
    this.#checkOver();
  }

  /** Wishes for the round that just opened, spread over the time that is left. */
  #plan(): void {
    const table = this.#table;
    if (this.#stopping || table === null || this.#limits === null) return;
    if (table.phase !== "betting" || table.round <= this.#plannedRound) return;
    this.#plannedRound = table.round;
    const wishes = this.#settings.strategy({
      layout: layoutOf(table.wheel as Parameters<typeof layoutOf>[0]),
      limits: this.#limits,
      balance: this.#balance,
      lastNet: this.#lastNet,
    });
    const { random, tally } = this.#settings;
    const closesAt = tally.clock.toLocal(table.phaseEndsAt);
    const left = Math.max(0, closesAt - epochMs());
    const usable = left - Math.min(CLOSE_GUARD_MS, left / 5);
    const times = wishes.map(() => epochMs() + random.next() * usable);
    times.sort((first, second) => first - second);
    const { round } = table;
    for (const [index, wish] of wishes.entries()) {
      const lateAt = closesAt + random.whole(LATE_BY_MS.least, LATE_BY_MS.most);
      const at = wish.late ? lateAt : (times[index] ?? 0);
      this.#work = this.#work.then(() => this.#fulfil(wish, { round, at }));
    }
  }

  async #fulfil(wish: Wish, { round, at }: { round: number; at: number }): Promise<void> {
    const { tally } = this.#settings;
    try {
      await wait(Math.max(0, at - epochMs()));
      const inTime = this.#table?.round === round && this.#table.phase === "betting";
      if (this.#stopping || !(inTime || wish.late)) return;
      const operation = this.journal.begin(this.#nextOp(), wish.kind);
      tally.sent += 1;
      this.#underWay += 1;
      await this.#perform(operation, wish);
      this.#underWay -= 1;
      if (wish.again && operation.outcome === "acknowledged") await this.#again(operation, wish);
    } catch (error) {
      tally.error(`bot ${this.index}: ${String(error)}`);
    }
  }

  #nextOp(): string {
    this.#counter += 1;
    return `bot-${this.index}-${this.#counter}`;
  }

  /** Sends an operation until it is answered; notes how it ended. */
  async #perform(operation: Operation, wish: Wish): Promise<void> {
    const { tally, retry } = this.#settings;
    const rounds = new Set<number>();
    while (Date.now() < retry.until) {
      const sentAt = epochMs();
      try {
        const answer = await this.#send(operation.op, wish);
        tally.ackMs.add(epochMs() - sentAt);
        tally.accepted += 1;
        this.#balance = answer.balance;
        this.journal.acknowledged(operation, wish, answer);
        return;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== null) {
          tally.refuse(refusal.code);
          this.journal.refused(operation);
          return;
        }
        rounds.add(this.#table?.round ?? 0);
        await this.#afterLoss(error);
      }
    }
    this.journal.unanswered(rounds);
  }

  /** Waits for the seat to be there again; a fault of the server is told. */
  async #afterLoss(error: unknown): Promise<void> {
    const { tally, retry } = this.#settings;
    if (this.seated) tally.error(`bot ${this.index}: ${String(error)}`);
    const leftMs = Math.max(0, retry.until - Date.now());
    const givenUp = new AbortController();
    await Promise.race([
      this.#opened.promise,
      wait(leftMs, null, { signal: givenUp.signal, ref: false }),
    ]);
    givenUp.abort();
    await wait(RESEND_MS * (0.5 + Math.random()));
  }

  async #send(op: string, wish: Pick<Wish, "kind" | "chips">): Promise<BetAnswer> {
    if (this.#seat === null) throw new Error("no seat");
    const payload = wish.kind === "bet" ? { op, chips: wish.chips } : { op };
    return (await this.#seat.request(wish.kind, payload)) as BetAnswer;
  }

  /** The same op again must answer as the first time; with other chips it must be refused. */
  async #again(operation: Operation, wish: Wish): Promise<void> {
    const notes = this.journal.rounds.find(({ round }) => round === operation.round);
    try {
      const answer = await this.#send(operation.op, wish);
      if (answer.round !== operation.round || answer.stake !== notes?.stake) {
        this.journal.fault(`op ${operation.op} sent again was answered otherwise`);
      }
      const other = wish.chips.map(([spot, amount]) => [spot, amount + 1] as const);
      await this.#send(operation.op, { ...wish, chips: other });
      this.journal.fault(`op ${operation.op} was taken again with other chips`);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== null && !["OP_REUSED", "TOO_MANY_REQUESTS"].includes(refusal.code)) {
        this.journal.fault(`op ${operation.op} sent again was refused with ${refusal.code}`);
      }
    }
  }

  /** The bot's rounds are over once each was told settled, or a later round has opened. */
  #checkOver(): void {
    if (!this.#stopping) return;
    const round = this.#table?.round ?? 0;
    const playing = this.#table?.phase === "paused" ? 0 : round;
    if (this.journal.openRounds().every((open) => open < playing)) this.#over.resolve();
  }
}
