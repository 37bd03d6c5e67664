/**
 * A WebSocket that cannot hurt the others.
 *
 * - What is sent in one turn of the event loop leaves in one write, a slice of the crowd at a time:
 *   frames and system calls are what a crowd costs, and nobody waits for everyone's. An answer takes
 *   along what was sent before it.
 * - What a frame's handler throws ends this connection, not the process.
 * - A player who reads too slowly is cut off at a bound, instead of filling the memory.
 * - State patches come as a view of the one buffer into which the next patch is encoded. What the
 *   kernel does not take at once is kept by reference, so each patch is copied, once for everyone.
 */
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { inTurn, soon } from "../platform/slices.ts";
import { EDGE_BOUNDS } from "./bounds.ts";
import { isForMany, steady } from "./steady.ts";

const POLICY_VIOLATION = 1008;
/** Of one turn; what is more leaves at once. */
const MOST_HELD_BYTES = 64 * 1024;

export class GuardedSocket extends WebSocket {
  /** The library's stream below the frames; null before the handshake and after the end. */
  declare protected readonly _socket: Socket | null;
  /** Sent in this turn: the arguments of each call. */
  #held: unknown[][] = [];
  #heldBytes = 0;
  readonly #releaseSoon = () => this.#release();

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
    if (this.bufferedAmount + this.#heldBytes > EDGE_BOUNDS.waitingBytes) {
      this.terminate();
      return;
    }
    if (!isForMany(data)) soon(this.#releaseSoon);
    else if (this.#held.length === 0) inTurn(this.#releaseSoon);
    const frame = steady(data);
    this.#held.push([frame, ...rest]);
    this.#heldBytes += sizeOf(frame);
    if (this.#heldBytes >= MOST_HELD_BYTES) this.#release();
  }

  /** The transport asks everyone for a sign of life at once. */
  override ping(...given: unknown[]): void {
    inTurn(() => Reflect.apply(super.ping, this, given));
  }

  /** What was sent before leaves before. */
  override close(code?: number, data?: string | Buffer): void {
    this.#release();
    super.close(code, data);
  }

  override terminate(): void {
    this.#held = [];
    this.#heldBytes = 0;
    super.terminate();
  }

  /** Frames and writes all that was held back. */
  #release(): void {
    const held = this.#held;
    if (held.length === 0) return;
    this.#held = [];
    this.#heldBytes = 0;
    const stream = this._socket;
    stream?.cork();
    for (const given of held) Reflect.apply(super.send, this, given);
    stream?.uncork();
  }
}

function sizeOf(frame: unknown): number {
  return frame instanceof Uint8Array ? frame.length : String(frame).length;
}
