/**
 * Frames that stay as they were sent.
 *
 * State patches come as a view of the one buffer into which the next patch is encoded, and each is
 * sent to everyone. So a view is copied once for all of them; messages come in buffers of their own.
 */
let lastView: unknown;
let lastCopy: Buffer = Buffer.alloc(0);

/** A copy that nobody writes to; the same for the same view. */
export function steady<T>(data: T): T | Buffer {
  if (!(data instanceof Uint8Array) || Buffer.isBuffer(data)) return data;
  if (data !== lastView) {
    lastView = data;
    lastCopy = Buffer.from(data);
  }
  return lastCopy;
}

let lastSent: unknown;

/**
 * Whether `data`, which is sent now, goes to many: a patch, or the same message that was sent just
 * before. Nobody waits for it as one does for an answer.
 */
export function isForMany(data: unknown): boolean {
  const again = data === lastSent;
  lastSent = data;
  return again || (data instanceof Uint8Array && !Buffer.isBuffer(data));
}
