/** Waiting and asking again, with bounds: nothing here goes on for ever. */
import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

export interface RetryBounds {
  /** How often to ask in all; at least 1. */
  readonly tries: number;
  /** The first pause; each next one is twice as long, up to `longestMs`. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Asks until an answer comes, an error is not worth another try, or the tries are used up; then the
 * last error is thrown. Pauses are shortened at random by up to half, so that many do not return at
 * the same moment.
 */
export async function retrying<Answer>(
  ask: (attempt: number) => Promise<Answer>,
  bounds: RetryBounds,
  again: (error: unknown) => boolean,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask(attempt);
    } catch (error) {
      if (attempt >= bounds.tries || !again(error)) throw error;
      const mostMs = Math.min(bounds.longestMs, bounds.firstMs * 2 ** Math.min(attempt - 1, 20));
      await delay(jittered(mostMs));
    }
  }
}

/** Between a half and the whole of `mostMs`. */
function jittered(mostMs: number): number {
  return mostMs * (1 - randomInt(0, 1_000) / 2_000);
}
