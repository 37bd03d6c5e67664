/**
 * A uWebSockets socket whose frames of one turn of the event loop leave in one system call, in the
 * order in which they were sent: calls to the system are what a crowd costs. An answer leaves before
 * the others' patches.
 *
 * It stands where Colyseus keeps the bare socket, so it offers what Colyseus calls.
 */

import { inTurn, soon } from "../platform/slices.ts";
import { isForMany, steady } from "./steady.ts";

/** What is used of a uWebSockets socket. Every call throws once the socket is closed. */
export interface BareSocket {
  send(data: Uint8Array, isBinary: boolean, compress?: boolean): number;
  cork(write: () => void): unknown;
  end(code?: number, reason?: string): void;
  close(): void;
}

/** Frames of one turn that a socket holds back; one more makes them leave. */
const MOST_HELD = 64;

export class GatheredSocket implements BareSocket {
  readonly #socket: BareSocket;
  readonly #failed: (error: unknown) => void;
  #held: Uint8Array[] = [];
  readonly #releaseSoon = () => this.#release();

  /** `failed` hears of frames for a socket that was closed before they left. */
  constructor(socket: BareSocket, failed: (error: unknown) => void) {
    this.#socket = socket;
    this.#failed = failed;
  }

  /** Takes a binary frame; 1 as for a frame that was sent. */
  send(data: Uint8Array): number {
    if (!isForMany(data)) soon(this.#releaseSoon);
    else if (this.#held.length === 0) inTurn(this.#releaseSoon);
    this.#held.push(steady(data));
    if (this.#held.length >= MOST_HELD) this.#release();
    return 1;
  }

  cork(write: () => void): unknown {
    return this.#socket.cork(write);
  }

  /** What was sent before leaves before. */
  end(code?: number, reason?: string): void {
    this.#release();
    this.#socket.end(code, reason);
  }

  close(): void {
    this.#held = [];
    this.#socket.close();
  }

  #release(): void {
    const frames = this.#held;
    if (frames.length === 0) return;
    this.#held = [];
    try {
      this.#socket.cork(() => {
        for (const frame of frames) this.#socket.send(frame, true, false);
      });
    } catch (error) {
      this.#failed(error);
    }
  }
}
