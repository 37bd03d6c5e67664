/** What was opened, to be closed in the opposite order. */
import type { Clock } from "./clock.ts";
import type { Logger } from "./log.ts";
import { within } from "./within.ts";

/** No part may keep the process from ending, nor the others from being closed in good order. */
const MOST_MS = 10_000;

export class Closers {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #closers: { readonly what: string; readonly close: () => unknown }[] = [];

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  add(what: string, close: () => unknown): void {
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
      const closing = (async () => close())().catch((error: unknown) => {
        this.#log.error({ err: error }, `closing failed: ${what}`);
      });
      const leftMs = Math.max(0, until - this.#clock.now());
      if (!(await within(closing, Math.min(MOST_MS, leftMs / 2), this.#clock))) {
        this.#log.error(`closing takes too long: ${what}`);
      }
    }
  }
}
