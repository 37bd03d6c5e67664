/**
 * Who sits at a room's table. A player has one seat, however many devices share it: each connection
 * is a session, and a session that dropped keeps its part of the seat until it is back or given up.
 */
import type { Client } from "@colyseus/core";
import { TokenBucket } from "../platform/tokenBucket.ts";
import type { Identity } from "./house.ts";

/** What one player may ask for; past it `TOO_MANY_REQUESTS`. */
const REQUESTS = { perSecond: 20, burst: 40 };
const CHAT = { perSecond: 1, burst: 5 };
/** Devices of one player at one table; the next is refused. */
export const MOST_SESSIONS = 4;

export interface Seat {
  readonly playerId: string;
  readonly name: string;
  /** By session id; null while it is dropped. */
  readonly sessions: Map<string, Client | null>;
  readonly requests: TokenBucket;
  readonly chat: TokenBucket;
}

export class Seats {
  readonly #seats = new Map<string, Seat>();

  get size(): number {
    return this.#seats.size;
  }

  get(playerId: string): Seat | undefined {
    return this.#seats.get(playerId);
  }

  /** The player's seat, with this connection. */
  take({ playerId, name }: Identity, client: Client, now: number): Seat {
    let seat = this.#seats.get(playerId);
    if (seat === undefined) {
      seat = {
        playerId,
        name,
        sessions: new Map(),
        requests: new TokenBucket(REQUESTS, now),
        chat: new TokenBucket(CHAT, now),
      };
      this.#seats.set(playerId, seat);
    }
    seat.sessions.set(client.sessionId, client);
    return seat;
  }

  /** The connection dropped; its part of the seat stays. */
  drop(playerId: string, sessionId: string): void {
    const sessions = this.#seats.get(playerId)?.sessions;
    if (sessions?.has(sessionId) === true) sessions.set(sessionId, null);
  }

  /** Gives the session's part up; true where with it the seat is free. */
  leave(playerId: string, sessionId: string): boolean {
    const seat = this.#seats.get(playerId);
    if (seat === undefined || !seat.sessions.delete(sessionId) || seat.sessions.size > 0) {
      return false;
    }
    return this.#seats.delete(playerId);
  }

  /** The player's session that dropped first and is not back; null where there is none. */
  droppedOf(playerId: string): string | null {
    for (const [sessionId, client] of this.#seats.get(playerId)?.sessions ?? []) {
      if (client === null) return sessionId;
    }
    return null;
  }

  /** The player's connections that are there now, but for `except`. */
  *clientsOf(playerId: string, except?: Client): Iterable<Client> {
    for (const client of this.#seats.get(playerId)?.sessions.values() ?? []) {
      if (client !== null && client !== except) yield client;
    }
  }
}
