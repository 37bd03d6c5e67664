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
import { OverdueError } from "./wait.ts";

const PAUSE_MS = 25;
const REQUEST_MS = 1_500;
const BOOKS_MS = 10_000;
const BET: Wish = { kind: "bet", chips: [["red", 1]] };

export class Prober {
  readonly #tableId: string;
  readonly #token: string;
  readonly #journal: Journal;
  #operation: Operation | null = null;
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
        return await this.#bet(room, until);
      } catch (error) {
        last = error;
      } finally {
        room.connection.close();
      }
    }
    throw new OverdueError(`no bet was acknowledged within ${withinMs} ms: ${String(last)}`);
  }

  /** What does not fit between the notes and the ledger; empty where they agree. */
  async faults(url: string): Promise<readonly string[]> {
    const account = { url, token: this.#token, until: Date.now() + BOOKS_MS };
    const transfers = await readTransfers(account);
    const faults = [...this.#journal.faults, ...ledgerFaults(this.#journal.operations, transfers)];
    return faults.map((fault) => `prober: ${fault}`);
  }

  async #sit(url: string): Promise<Room> {
    const client = new Client(url, { fetchFn: botFetch });
    client.auth.token = this.#token;
    const room: Room = await client.join("table", { tableId: this.#tableId });
    room.reconnection.enabled = false;
    room.onMessage("*", () => undefined);
    return room;
  }

  async #bet(room: Room, until: number): Promise<number> {
    while (Date.now() < until) {
      const operation = this.#next();
      try {
        const payload = { op: operation.op, chips: BET.chips };
        const answer = await room.request("bet", payload, { timeout: REQUEST_MS });
        this.#operation = null;
        this.#journal.acknowledged(operation, BET, answer as BetAnswer);
        return Date.now();
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === null) throw error;
        if (!["BANK_UNAVAILABLE", "TABLE_PAUSED"].includes(refusal.code)) {
          this.#journal.refused(operation);
          this.#operation = null;
        }
        await pause(PAUSE_MS);
      }
    }
    throw new OverdueError("the time to bet is over");
  }

  /** The op that is open still, or a new one. */
  #next(): Operation {
    if (this.#operation !== null) return this.#operation;
    this.#count += 1;
    this.#operation = this.#journal.begin(`probe-${this.#count}`, "bet");
    return this.#operation;
  }
}
