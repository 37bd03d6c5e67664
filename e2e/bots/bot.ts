/**
 * One bot: sits down, and plays round after round until it is told to stop.
 *
 * It makes one operation at a time, and whatever happens to the connection or the server, its notes
 * can be held against the books afterwards.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "@colyseus/sdk";
import { layoutOf } from "@croupier/shared/core/spots";
import type { PlayerMessages, TableLimits } from "@croupier/shared/protocol/messages";
import type { SeedAnswer, TimeAnswer } from "@croupier/shared/protocol/requests";
import type { Retry } from "./api.ts";
import { epochMs } from "./clock.ts";
import { Journal } from "./journal.ts";
import { Presence } from "./presence.ts";
import type { Random } from "./random.ts";
import type { PublicTable } from "./seat.ts";
import { Sender } from "./sender.ts";
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

/** A wish with the round that it is for and the local time at which to make it. */
interface Plan {
  readonly wish: Wish;
  readonly round: number;
  readonly at: number;
}

export class Bot {
  readonly journal: Journal;
  readonly index: number;
  readonly tableId: string;
  readonly #settings: BotSettings;
  readonly #presence: Presence;
  readonly #sender: Sender;
  readonly #last: LastSeen = { round: 0, phase: "", phaseEndsAt: 0 };
  #table: PublicTable | null = null;
  #limits: TableLimits | null = null;
  #balance = 0;
  #lastNet = 0;
  #plannedRound = 0;
  #stopping = false;
  /** The bot's operations, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #over = Promise.withResolvers<void>();

  constructor(settings: BotSettings) {
    const { index, tableId, client, tally, retry } = settings;
    this.#settings = settings;
    this.index = index;
    this.tableId = tableId;
    this.journal = new Journal(tableId);
    this.#presence = new Presence({
      client,
      tableId,
      tally,
      retry,
      events: {
        state: (table) => this.#sawState(table),
        seat: (message) => this.#tookSeat(message),
        settled: (message) => this.#settled(message),
        voided: (message) => this.#voided(message),
        balance: ({ balance }) => {
          this.#balance = balance;
        },
      },
      sat: () => this.#greet(),
    });
    this.#sender = new Sender({
      name: `bot-${index}`,
      presence: this.#presence,
      journal: this.journal,
      tally,
      retry,
      round: () => this.#table?.round ?? 0,
    });
  }

  /** Takes a seat, and again where that fails, until the end of the run. */
  async sit(): Promise<void> {
    await this.#presence.sit();
  }

  /** True while the bot holds a seat over a living connection. */
  get seated(): boolean {
    return this.#presence.seated;
  }

  /** Cuts the connection as a dead network would. */
  cut(): void {
    this.#presence.cut();
  }

  /** No new wishes; resolves once nothing of the bot's is under way and its rounds are over. */
  async finish(deadline: Promise<unknown>): Promise<void> {
    this.#stopping = true;
    await Promise.race([this.#work, deadline]);
    this.#checkOver();
    await Promise.race([this.#over.promise, deadline]);
    this.#presence.stay();
  }

  async leave(): Promise<void> {
    await this.#presence.leave();
  }

  /** What a bot says when it has sat down: asks for the time, and gives its own seed. */
  #greet(): void {
    const { tally, index, random } = this.#settings;
    const { drops } = this.#presence;
    const failed = (error: unknown): void => {
      // Whoever was thrown out again meanwhile, or is being thrown out, will greet again.
      const { drops: now, seated } = this.#presence;
      if (now === drops && seated) tally.error(`bot ${index}: ${String(error)}`);
    };
    const sentAt = epochMs();
    this.#presence.request("time", {}).then((answer) => {
      tally.clock.sample(sentAt, epochMs(), (answer as TimeAnswer).now);
    }, failed);
    const seed = `bot_${index}-${random.whole(0, 2 ** 32 - 1)}`;
    this.#presence.request("seed", { seed }).then((answer) => {
      const { fromRound } = answer as SeedAnswer;
      // A restarted server has forgotten the seed until the bot is back: then nothing is claimed.
      if (this.#presence.drops === 0) this.journal.gaveSeed({ seed, fromRound });
    }, failed);
  }

  #tookSeat(message: PlayerMessages["seat"]): void {
    this.#limits = message.limits;
    this.#balance = message.balance;
    if (!this.#sender.busy) this.journal.seated(message);
    this.#plan();
  }

  #settled(message: PlayerMessages["settled"]): void {
    this.journal.settled(message);
    this.#balance = message.balance;
    this.#lastNet = message.net;
    this.#checkOver();
  }

  #voided(message: PlayerMessages["voided"]): void {
    this.journal.voided(message);
    this.#balance = message.balance;
    this.#lastNet = 0;
    this.#checkOver();
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
    if (this.#presence.drops > 0) this.journal.claimNoSeed();
    this.#plan();
    this.#checkOver();
  }

  /** Wishes for the round that just opened, spread over the time that is left. */
  #plan(): void {
    const table = this.#table;
    if (this.#stopping || table === null || this.#limits === null) return;
    if (table.phase !== "betting" || table.round <= this.#plannedRound) return;
    const { round } = table;
    this.#plannedRound = round;
    const wishes = this.#settings.strategy({
      layout: layoutOf(table.wheel as Parameters<typeof layoutOf>[0]),
      limits: this.#limits,
      balance: this.#balance,
      lastNet: this.#lastNet,
    });
    const { random, tally } = this.#settings;
    const now = epochMs();
    const closesAt = tally.clock.toLocal(table.phaseEndsAt);
    const left = Math.max(0, closesAt - now);
    const usable = left - Math.min(CLOSE_GUARD_MS, left / 5);
    const times = wishes.map(() => now + random.next() * usable);
    times.sort((first, second) => first - second);
    for (const [index, wish] of wishes.entries()) {
      const lateAt = closesAt + random.whole(LATE_BY_MS.least, LATE_BY_MS.most);
      const at = wish.late ? lateAt : (times[index] ?? now);
      this.#work = this.#work.then(() => this.#fulfil({ wish, round, at }));
    }
  }

  async #fulfil({ wish, round, at }: Plan): Promise<void> {
    const { tally, index } = this.#settings;
    try {
      await wait(Math.max(0, at - epochMs()));
      const inTime = this.#table?.round === round && this.#table.phase === "betting";
      if (this.#stopping || !(inTime || wish.late)) return;
      const answer = await this.#sender.make(wish);
      if (answer !== null) this.#balance = answer.balance;
    } catch (error) {
      tally.error(`bot ${index}: ${String(error)}`);
    }
  }

  /** The bot's rounds are over once each was told settled, or a later round has opened. */
  #checkOver(): void {
    if (!this.#stopping) return;
    const playing = this.#table?.phase === "paused" ? 0 : (this.#table?.round ?? 0);
    if (this.journal.openRounds().every((open) => open < playing)) this.#over.resolve();
  }
}
