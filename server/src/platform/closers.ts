/** What was opened, to be closed in the opposite order. */
import type { Clock } from "./clock.ts";
import type { Logger } from "./log.ts";
import { within } from "./within.ts";

/** No part may keep the process from ending, nor the others from being closed in good order. */
const MOST_MS = 10_000;
/** A part that waits is told to be done so long before it would be taken for hanging. */
const EARLY_MS = 100;

/** @param until epoch milliseconds, past which it is hardly waited for */
type Close = (until: number) => unknown;

export class Closers {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #closers: { readonly what: string; readonly close: Close }[] = [];

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  add(what: string, close: Close): void {
    this.#closers.push({ what, close });
  }

  /**
   * Closes everything; what fails or takes too long is logged and passed over. Of what is left until the
   * deadline a part has half, so that something is left for the next one.
   *
   * @param until epoch milliseconds
   */
  async close(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (let next = this.#closers.pop(); next !== undefined; next = this.#closers.pop()) {
      const { what, close } = next;
      const now = this.#clock.now();
      const mostMs = Math.min(MOST_MS, Math.max(0, until - now) / 2);
      const closing = (async () => close(now + mostMs - EARLY_MS))().catch((error: unknown) => {
        this.#log.error({ err: error }, `closing failed: ${what}`);
      });
      if (!(await within(closing, mostMs, this.#clock))) {
        this.#log.error(`closing takes too long: ${what}`);
      }
    }
  }
}
