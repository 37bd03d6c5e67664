/**
 * One player who bets again and again until a bet is acknowledged: how long a table was not there.
 * Like everyone it sends an op again until it knows what became of it, and keeps notes.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Room } from "@colyseus/sdk";
import { Client } from "@colyseus/sdk";
import type { BetAnswer } from "@croupier/shared/protocol/requests";
import { readTransfers } from "../bots/books.ts";
import type { Operation } from "../bots/journal.ts";
import { Journal } from "../bots/journal.ts";
import { botFetch } from "../bots/network.ts";
import { ledgerFaults } from "../bots/reconcile.ts";
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

export class Prober {
  readonly #tableId: string;
  readonly #token: string;
  readonly #journal: Journal;
  /** Sent, and not known yet what became of them. */
  readonly #open: Operation[] = [];
  #count = 0;

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
        return await this.#betUntil(room, until);
      } catch (error) {
        last = error;
      } finally {
        await leave(room);
      }
    }
    throw new OverdueError(`no bet was acknowledged within ${withinMs} ms: ${String(last)}`);
  }

  /**
   * Sends several bets at once, again and again, until the connection breaks under them: one is in
   * flight then, and the others wait behind it. What became of each is found out afterwards.
   */
  async burstUntilCut(url: string): Promise<void> {
    const room = await this.#sit(url);
    while (room.connection.isOpen) {
      const bursts = Array.from({ length: BURST }, () => this.#bet(room, this.#begin("burst")));
      const answers = await Promise.allSettled(bursts);
      if (answers.some(({ status }) => status === "rejected")) break;
      await pause(PAUSE_MS);
    }
    await leave(room);
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
