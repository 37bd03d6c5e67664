/**
 * A WebSocket that cannot hurt the others.
 *
 * - What a frame's handler throws ends this connection, not the process.
 * - A player who reads too slowly is cut off at a bound, instead of filling the memory.
 * - State patches come as a view of the one buffer into which the next patch is encoded. What the
 *   kernel does not take at once is kept by reference, so each patch is copied, once for everyone.
 */
import { WebSocket } from "ws";
import { EDGE_BOUNDS } from "./bounds.ts";

const POLICY_VIOLATION = 1008;

let lastView: unknown;
let lastCopy: Buffer = Buffer.alloc(0);

/** A copy that nobody writes to; the same for the same view. */
function steady<T>(data: T): T | Buffer {
  if (!(data instanceof Uint8Array) || Buffer.isBuffer(data)) return data;
  if (data !== lastView) {
    lastView = data;
    lastCopy = Buffer.from(data);
  }
  return lastCopy;
}

export class GuardedSocket extends WebSocket {
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
    Reflect.apply(super.send, this, [steady(data), ...rest]);
  }
}
