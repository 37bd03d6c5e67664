/** The few things of the browser that the conversation needs. */

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

/** Characters of an id or seed made here: 6 bits each. */
const TOKEN_LENGTH = 22;

/** A fresh token of 132 random bits in `[0-9a-zA-Z_-]`, for operation ids and client seeds. */
export function makeToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_LENGTH));
  return Array.from(bytes, (byte) => ALPHABET[byte & 63]).join("");
}

/** Milliseconds on a clock that never jumps. */
export function localNow(): number {
  return performance.now();
}

/** How long a page that draws no frames (hidden, behind others, starved) may lag behind. */
const FRAMELESS_MS = 250;

/** Calls back once: with the next picture, or after a while where the browser draws none. */
export function soon(callback: () => void): void {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    callback();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, FRAMELESS_MS);
}

/** Resolves after a pause. */
export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
