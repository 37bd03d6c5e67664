/**
 * A bot's being at its table: takes the seat, keeps it through cut connections and dead servers, and
 * knows whether the bot is there right now.
 *
 *   away ──(sit)──▶ there ──(dropped)──▶ away ──(the SDK comes back, or a new seat)──▶ there
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "@colyseus/sdk";
import type { Retry } from "./api.ts";
import { withRetry } from "./api.ts";
import { epochMs } from "./clock.ts";
import type { Seat, SeatEvents } from "./seat.ts";
import { sitDown } from "./seat.ts";
import type { Tally } from "./tally.ts";

export interface PresenceSettings {
  readonly client: Client;
  readonly tableId: string;
  readonly tally: Tally;
  /** Nothing is tried again past this. */
  readonly retry: Retry;
  /** What happens at the table, but for comings and goings. */
  readonly events: Omit<SeatEvents, "moving" | "dropped" | "back" | "left">;
  /** A seat was taken, for the first time or anew. */
  readonly sat: () => void;
}

/** Between two tries after an answer was lost. */
const PAUSE_MS = 200;
/** So long after a stay at a table, "full" may be of the moment only. */
const FULL_FOR_NOW_MS = 20_000;

export class Presence {
  readonly #settings: PresenceSettings;
  #seat: Seat | null = null;
  #there = false;
  /** When connection or table were lost, until the table tells the bot its seat again. */
  #lostAt: number | null = null;
  #leaving = false;
  #drops = 0;
  /** Resolves when the bot is there again; one promise for the whole time away. */
  #back = Promise.withResolvers<void>();

  constructor(settings: PresenceSettings) {
    this.#settings = settings;
  }

  /** How often the bot was thrown out so far. */
  get drops(): number {
    return this.#drops;
  }

  /** Takes a seat, and tries again where that fails. */
  sit(): Promise<void> {
    return this.#takeSeat(this.#settings.retry);
  }

  async #takeSeat(retry: Retry): Promise<void> {
    const { client, tableId, events, sat } = this.#settings;
    const all: SeatEvents = {
      ...events,
      seat: (message) => {
        this.#seatTold();
        events.seat(message);
      },
      moving: () => this.#lose(),
      dropped: () => this.#goAway(),
      back: () => this.#comeBack(),
      left: (comeBackInMs) => this.#lostSeat(comeBackInMs),
    };
    this.#seat = await withRetry(retry, () => sitDown(client, tableId, all));
    this.#beThere();
    if (!this.#leaving) sat();
  }

  async request(type: string, payload: unknown): Promise<unknown> {
    // What is sent before the table has taken the bot back is lost, and would be waited for in vain.
    if (this.#seat === null || !this.#there) throw new Error("no seat");
    return await this.#seat.request(type, payload);
  }

  /** True while the bot holds a seat over a living connection. */
  get seated(): boolean {
    return this.#there && this.#seat?.isOpen === true;
  }

  /** Cuts the connection as a dead network would. */
  cut(): void {
    this.#seat?.cut();
  }

  /** Waits, after an answer was lost, for the bot to be there; no longer than may be tried. */
  async whenBack(): Promise<void> {
    await this.#patiently(this.#back.promise);
    await wait(PAUSE_MS * (0.5 + Math.random()));
  }

  /** From now on the seat is not taken again. */
  stay(): void {
    this.#leaving = true;
  }

  /** Gives the seat up. Whoever is away just then comes back first: the SDK does so by itself. */
  async leave(): Promise<void> {
    this.stay();
    if (!this.seated) await this.#patiently(this.#back.promise);
    if (this.#seat !== null && this.seated) await this.#patiently(this.#seat.leave());
  }

  async #patiently(awaited: Promise<unknown>): Promise<void> {
    const enough = new AbortController();
    const leftMs = Math.max(0, this.#settings.retry.until - Date.now());
    const patience = wait(leftMs, null, { signal: enough.signal, ref: false });
    await Promise.race([awaited, patience.catch(() => undefined)]);
    enough.abort();
  }

  #beThere(): void {
    this.#there = true;
    this.#back.resolve();
  }

  /** The SDK tells each vain try to come back as a drop as well: only the first one is. */
  #goAway(): void {
    if (!this.#there) return;
    this.#there = false;
    this.#lose();
    this.#drops += 1;
    this.#settings.tally.dropped += 1;
    this.#back = Promise.withResolvers<void>();
  }

  #lose(): void {
    this.#lostAt ??= epochMs();
  }

  #seatTold(): void {
    if (this.#lostAt === null) return;
    this.#settings.tally.awayMs.add(epochMs() - this.#lostAt);
    this.#lostAt = null;
  }

  #comeBack(): void {
    this.#settings.tally.reconnected += 1;
    this.#beThere();
  }

  /** The seat is gone: sit down anew, as a player would. */
  #lostSeat(comeBackInMs: number): void {
    this.#seat = null;
    if (this.#leaving) {
      this.#back.resolve();
      return;
    }
    this.#goAway();
    const { tally, retry } = this.#settings;
    const fullUntil = Date.now() + FULL_FOR_NOW_MS;
    const isPassing = (error: unknown) => isFull(error) && Date.now() < fullUntil;
    const returned = wait(comeBackInMs).then(() =>
      this.#leaving ? this.#back.resolve() : this.#takeSeat({ ...retry, isPassing }),
    );
    returned.then(
      () => {
        tally.reconnected += 1;
      },
      (error: unknown) => tally.error(`a seat was lost for good: ${String(error)}`),
    );
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("TABLE_FULL:");
}
