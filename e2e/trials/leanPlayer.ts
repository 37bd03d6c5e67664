/**
 * A player who only sits and watches, at a cost that lets ten thousand of them live on one machine: it
 * reads of the protocol no more than that it is in and how long a crowd takes to come back, and comes back as
 * the game's client does.
 *
 *   away ──(matchmaker, socket)──▶ in ──(cut)──▶ away ──(socket, with the token of its seat)──▶ in
 *     ▲                                           │
 *     └───────────(there is no such seat)─────────┘
 */
import { setTimeout as pause } from "node:timers/promises";
import { PROTOCOL_CODE_MASK, Protocol } from "@colyseus/shared-types";
import { joinAnewMs, knockMs, namedMs } from "@croupier/shared/protocol/comingBack";
import { WebSocket } from "ws";
import { comeBackWithinMsIn } from "./leanFrames.ts";

export interface LeanSettings {
  /** Of the one address. */
  readonly url: string;
  readonly tableId: string;
  readonly token: string;
  /** The address that it calls from: only so many ports lead from one to another. */
  readonly localAddress: string;
  readonly post: (path: string, body: object, token?: string) => Promise<unknown>;
}

export interface LeanWatcher {
  /** It got in; `anew`: by the matchmaker, and not with the token of a seat. */
  entered(anew: boolean): void;
  /** A try led to nothing: there will be another. */
  failed(): void;
}

interface Reservation {
  readonly sessionId: string;
  readonly processId: string;
  readonly roomId: string;
  readonly publicAddress: string;
}

const HANDSHAKE_MS = 15_000;
/** The server closes like this where the seat of a token is not there (any more). */
const MAY_COME_BACK: readonly number[] = [1001, 1005, 1006, 4010];
const ACKNOWLEDGED = Buffer.of(Protocol.JOIN_ROOM);

export class LeanPlayer {
  readonly #settings: LeanSettings;
  #reservation: Reservation | null = null;
  #reconnectionToken = "";
  #socket: WebSocket | null = null;
  #in = false;
  #gone = false;
  /** Since the last connection ended, or since it wanted to come in. */
  #knocks = 0;
  #withinMs: number | undefined;
  readonly #watcher: LeanWatcher;

  constructor(settings: LeanSettings, watcher: LeanWatcher) {
    this.#settings = settings;
    this.#watcher = watcher;
  }

  get isIn(): boolean {
    return this.#in;
  }

  /** Joins the table, again and again until that works; resolves when it is in. */
  async join(): Promise<void> {
    while (!this.#gone) {
      try {
        const { post, tableId, token } = this.#settings;
        const body = await post("/matchmake/join/table", { tableId }, token);
        this.#reservation = body as Reservation;
        this.#reconnectionToken = "";
        await this.#open();
        return;
      } catch {
        // Whatever it was: a player would try again.
        this.#watcher.failed();
        await this.#wait();
      }
    }
  }

  leave(): void {
    this.#gone = true;
    this.#socket?.terminate();
  }

  async #comeBack(): Promise<void> {
    while (!this.#gone) {
      await this.#wait();
      try {
        await this.#open();
        return;
      } catch (error) {
        this.#watcher.failed();
        if (error instanceof SeatGoneError) {
          // At its own moment of the crowd's time it came already.
          return await this.#joinAnew(undefined);
        }
      }
    }
  }

  async #joinAnew(withinMs: number | undefined): Promise<void> {
    await pause(joinAnewMs(withinMs, Math.random()));
    await this.join();
  }

  /** Resolves with the table's state; rejects where the socket ends before it. */
  #open(): Promise<void> {
    const anew = this.#reconnectionToken === "";
    const socket = new WebSocket(this.#address(), {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
      localAddress: this.#settings.localAddress,
    });
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.on("message", (data: Buffer) => {
      const code = (data[0] ?? 0) & PROTOCOL_CODE_MASK;
      if (code === Protocol.JOIN_ROOM) {
        const length = data[1] ?? 0;
        this.#reconnectionToken = data.subarray(2, 2 + length).toString("latin1");
        socket.send(ACKNOWLEDGED);
      } else if (code === Protocol.ROOM_STATE && !this.#in) {
        this.#in = true;
        this.#knocks = 0;
        this.#watcher.entered(anew);
        resolve();
      } else if (code === Protocol.ROOM_DATA) {
        this.#withinMs = namedMs(comeBackWithinMsIn(data)) ?? this.#withinMs;
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", (code: number) => {
      const wasIn = this.#in;
      this.#in = false;
      if (!wasIn) reject(MAY_COME_BACK.includes(code) ? new Error(`${code}`) : new SeatGoneError());
      else if (!this.#gone)
        void (MAY_COME_BACK.includes(code) ? this.#comeBack() : this.#joinAnew(this.#withinMs));
    });
    return promise;
  }

  #address(): string {
    const { sessionId, processId, roomId, publicAddress } = this.#reservation as Reservation;
    const query = new URLSearchParams({ sessionId, _authToken: this.#settings.token });
    if (this.#reconnectionToken !== "") {
      query.set("reconnectionToken", this.#reconnectionToken);
      query.set("skipHandshake", "1");
    }
    return `ws://${publicAddress}/${processId}/${roomId}?${query}`;
  }

  async #wait(): Promise<void> {
    this.#knocks += 1;
    await pause(knockMs(this.#knocks, this.#withinMs, Math.random()));
  }
}

class SeatGoneError extends Error {
  override readonly name = "SeatGoneError";
}
