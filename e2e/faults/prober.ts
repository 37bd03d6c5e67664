/**
 * One player who bets again and again until a bet is acknowledged: how long a table was not there.
 * Like everyone it sends an op again until it knows what became of it, and keeps notes.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Room } from "@colyseus/sdk";
import { Client } from "@colyseus/sdk";
import type { PlayerMessages } from "@croupier/shared/protocol/messages";
import type { BetAnswer } from "@croupier/shared/protocol/requests";
import { readTransfers } from "../bots/books.ts";
import type { Operation } from "../bots/journal.ts";
import { Journal } from "../bots/journal.ts";
import { botFetch } from "../bots/network.ts";
import { ledgerFaults } from "../bots/reconcile.ts";
import type { PublicTable } from "../bots/seat.ts";
import { refusalOf } from "../bots/seat.ts";
import type { Wish } from "../bots/strategies.ts";
import { quietSdk } from "./quietSdk.ts";
import { OverdueError } from "./wait.ts";

quietSdk(console);

const PAUSE_MS = 25;
/** Bets that are sent at once. */
const BURST = 3;
const REQUEST_MS = 1_500;
const BOOKS_MS = 10_000;
const BET: Wish = { kind: "bet", chips: [["red", 1]] };

/** What a table shows to who comes, and what they have in the running round. */
export type Sight = Pick<
  PublicTable,
  "phase" | "round" | "phaseEndsAt" | "commitment" | "entropy"
> & { readonly stake: number };

export class Prober {
  /** Rounds of which the prober was told that they are void, as often as that was. */
  readonly toldVoid: number[] = [];
  /** The round that the prober stood in last; see {@link Prober.standsIn}. */
  stoodIn = 0;
  readonly #tableId: string;
  readonly #token: string;
  readonly #journal: Journal;
  /** Sent, and not known yet what became of them. */
  readonly #open: Operation[] = [];
  #count = 0;
  /** What the newest seat came with; null until that is told. */
  #stake: number | null = null;

  private constructor(tableId: string, token: string) {
    this.#tableId = tableId;
    this.#token = token;
    this.#journal = new Journal(tableId);
  }

  static async enter(url: string, tableId: string): Promise<Prober> {
    const client = new Client(url, { fetchFn: botFetch });
    client.auth.token = "";
    const { token } = await client.auth.signInAnonymously({ name: "Prober" });
    return new Prober(tableId, token);
  }

  /** Bets at the server until a bet is acknowledged; answers when, in epoch milliseconds. */
  async untilAcknowledged(url: string, withinMs: number): Promise<number> {
    return await this.#sitting(url, withinMs, (room, until) => this.#betUntil(room, until));
  }

  /**
   * Bets until a bet is acknowledged in a round that takes bets for `leftMs` more at least; answers the
   * round.
   */
  async standsIn(url: string, leftMs: number, withinMs: number): Promise<number> {
    return await this.#sitting(url, withinMs, async (room, until) => {
      for (;;) {
        await this.#betUntil(room, until);
        const { round = 0 } = this.#journal.operations.at(-1) ?? {};
        const { phaseEndsAt, phase, round: shown } = room.state as PublicTable;
        const left = phaseEndsAt - Date.now();
        if (round === shown && phase === "betting" && left >= leftMs) {
          this.stoodIn = round;
          return round;
        }
        await pause(PAUSE_MS);
      }
    });
  }

  /** What the table shows who comes now. */
  async looks(url: string, withinMs: number): Promise<Sight> {
    return await this.#sitting(url, withinMs, async (room, until) => {
      while (this.#stake === null) {
        if (Date.now() > until) throw new OverdueError("nothing was told of the seat");
        await pause(PAUSE_MS);
      }
      const { phase, round, phaseEndsAt, commitment, entropy } = room.state as PublicTable;
      return { phase, round, phaseEndsAt, commitment, entropy, stake: this.#stake };
    });
  }

  /** Takes a seat, again and again, until `act` is done there. */
  async #sitting<Answer>(
    url: string,
    withinMs: number,
    act: (room: Room, until: number) => Promise<Answer>,
  ): Promise<Answer> {
    const until = Date.now() + withinMs;
    let last: unknown = null;
    while (Date.now() < until) {
      const room = await this.#sit(url).catch((error: unknown) => {
        last = error;
        return null;
      });
      if (room === null) {
        await pause(PAUSE_MS);
        continue;
      }
      try {
        return await act(room, until);
      } catch (error) {
        last = error;
      } finally {
        await leave(room);
      }
    }
    throw new OverdueError(`no bet was acknowledged within ${withinMs} ms: ${String(last)}`);
  }

  /**
   * Takes a seat, and answers what sends several bets at once from there, again and again, until the
   * connection breaks under them: one is in flight then, and the others wait behind it. What became of
   * each is found out afterwards.
   */
  async sitsToBurst(url: string): Promise<() => Promise<void>> {
    const room = await this.#sit(url);
    return async () => {
      while (room.connection.isOpen) {
        const bursts = Array.from({ length: BURST }, () => this.#bet(room, this.#begin("burst")));
        const answers = await Promise.allSettled(bursts);
        if (answers.some(({ status }) => status === "rejected")) break;
        await pause(PAUSE_MS);
      }
      await leave(room);
    };
  }

  /** What does not fit between the notes and the ledger; empty where they agree. */
  async faults(url: string): Promise<readonly string[]> {
    const account = { url, token: this.#token, until: Date.now() + BOOKS_MS };
    const transfers = await readTransfers(account);
    const { operations } = this.#journal;
    const faults = ledgerFaults(operations, transfers);
    return faults.map((fault) => `the prober: ${fault}`);
  }

  async #sit(url: string): Promise<Room> {
    const client = new Client(url, { fetchFn: botFetch });
    client.auth.token = this.#token;
    const room: Room = await client.join("table", { tableId: this.#tableId });
    room.reconnection.enabled = false;
    this.#stake = null;
    room.onMessage("seat", ({ stake }: PlayerMessages["seat"]) => {
      this.#stake = stake;
    });
    room.onMessage("voided", ({ round }: PlayerMessages["voided"]) => this.toldVoid.push(round));
    room.onMessage("*", () => undefined);
    return room;
  }

  /** Asks for what is open first; then new bets, until one is acknowledged. Answers when. */
  async #betUntil(room: Room, until: number): Promise<number> {
    while (Date.now() < until) {
      const operation = this.#open[0] ?? this.#begin("probe");
      const acknowledged = await this.#bet(room, operation);
      if (acknowledged && this.#open.length === 0) return Date.now();
      if (!acknowledged) await pause(PAUSE_MS);
    }
    throw new OverdueError("the time to bet is over");
  }

  /** Sends the bet; false where it was refused. Throws where it is not known what became of it. */
  async #bet(room: Room, operation: Operation): Promise<boolean> {
    try {
      const payload = { op: operation.op, chips: BET.chips };
      const answer = await room.request("bet", payload, { timeout: REQUEST_MS });
      this.#journal.acknowledged(operation, BET, answer as BetAnswer);
      this.#close(operation);
      return true;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      if (!["BANK_UNAVAILABLE", "TABLE_PAUSED"].includes(refusal.code)) {
        this.#journal.refused(operation);
        this.#close(operation);
      }
      return false;
    }
  }

  #begin(name: string): Operation {
    this.#count += 1;
    const operation = this.#journal.begin(`${name}-${this.#count}`, "bet");
    this.#open.push(operation);
    return operation;
  }

  #close(operation: Operation): void {
    this.#open.splice(this.#open.indexOf(operation), 1);
  }
}

/** Gives the seat up where the server is there: one that is kept counts as a device. */
async function leave(room: Room): Promise<void> {
  if (room.connection.isOpen) await Promise.race([room.leave(), pause(REQUEST_MS)]);
  if (room.connection.isOpen) room.connection.close();
}
