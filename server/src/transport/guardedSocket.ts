/**
 * A WebSocket that cannot hurt the others.
 *
 * - What is sent in one turn of the event loop leaves in one write: system calls are what a crowd
 *   costs.
 * - What a frame's handler throws ends this connection, not the process.
 * - A player who reads too slowly is cut off at a bound, instead of filling the memory.
 * - State patches come as a view of the one buffer into which the next patch is encoded. What the
 *   kernel does not take at once is kept by reference, so each patch is copied, once for everyone.
 */
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { soon } from "../platform/slices.ts";
import { EDGE_BOUNDS } from "./bounds.ts";
import { steady } from "./steady.ts";

const POLICY_VIOLATION = 1008;

export class GuardedSocket extends WebSocket {
  /** The library's stream below the frames; null before the handshake and after the end. */
  declare protected readonly _socket: Socket | null;

  override emit(event: string | symbol, ...given: unknown[]): boolean {
    if (event !== "message") return super.emit(event, ...given);
    try {
      return super.emit(event, ...given);
    } catch (error) {
      super.emit("error", error);
      this.close(POLICY_VIOLATION);
      return true;
    }
  }

  override send(data: unknown, ...rest: unknown[]): void {
    if (this.bufferedAmount > EDGE_BOUNDS.waitingBytes) {
      this.terminate();
      return;
    }
    this.#gather();
    Reflect.apply(super.send, this, [steady(data), ...rest]);
  }

  /** Holds writes back until what runs now is done. */
  #gather(): void {
    const stream = this._socket;
    if (stream === null || stream.writableCorked > 0) return;
    stream.cork();
    soon(() => stream.uncork());
  }
}
