/** What was opened, to be closed in the opposite order. */
import type { Clock } from "./clock.ts";
import type { Logger } from "./log.ts";
import { within } from "./within.ts";

/** No part may keep the process from ending. */
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

  /** Closes everything; what fails or takes too long is logged and passed over. */
  async close(): Promise<void> {
    for (let next = this.#closers.pop(); next !== undefined; next = this.#closers.pop()) {
      const { what, close } = next;
      const closing = (async () => close())().catch((error: unknown) => {
        this.#log.error({ err: error }, `closing failed: ${what}`);
      });
      if (!(await within(closing, MOST_MS, this.#clock))) {
        this.#log.error(`closing takes too long: ${what}`);
      }
    }
  }
}
