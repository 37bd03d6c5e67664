/** Requests that were begun and are not answered yet: a process that ends lets them end first. */
import type { Clock } from "../platform/clock.ts";
import { nextTurn } from "../platform/turn.ts";
import { within } from "../platform/within.ts";
import type { HttpHandler } from "./edge.ts";

/** Whatever is asked at the end is answered by then, or its bank does not answer. */
const LAST_ANSWERS_MS = 2_000;

export class UnderWay {
  readonly #clock: Clock;
  #count = 0;
  #idle: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same handler, of which it is known what it is doing. */
  counted(handle: HttpHandler): HttpHandler {
    return async (router, request) => {
      this.#count += 1;
      try {
        return await handle(router, request);
      } finally {
        this.#count -= 1;
        if (this.#count === 0) for (const resolve of this.#idle.splice(0)) resolve();
      }
    };
  }

  /**
   * Resolves at a moment at which all is answered, and the answers are on the wire; or after two seconds:
   * connections that are kept alive may ask for more.
   *
   * @param until epoch milliseconds: it is not waited for longer than that
   */
  async over(until: number): Promise<void> {
    const leftMs = Math.min(LAST_ANSWERS_MS, until - this.#clock.now());
    await within(this.#answered(), leftMs, this.#clock);
  }

  async #answered(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await nextTurn();
  }
}
