/**
 * Starts an embedded Postgres again that ended while its server lives: killed, out of memory, or by an
 * error that it could not go on from, such as a full disk. Nobody else would; tables stay paused meanwhile.
 */
import type { Clock, Timer } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { inOneLine } from "./errors.ts";

const LOOK_MS = 250;
/** After a start that failed: each pause is twice as long as the one before. */
const PAUSE_MS = { first: 1_000, longest: 30_000 };

export interface Watched {
  readonly clock: Clock;
  readonly log: Logger;
  readonly isRunning: () => Promise<boolean>;
  readonly start: () => Promise<void>;
}

export class EmbeddedWatch {
  readonly #watched: Watched;
  #timer: Timer | null = null;
  #looking: Promise<void> | null = null;
  #pauseMs = PAUSE_MS.first;
  #closed = false;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#lookIn(LOOK_MS);
  }

  /** Once it resolves nothing is started any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  #lookIn(pauseMs: number): void {
    if (this.#closed) return;
    const { clock } = this.#watched;
    this.#timer = clock.at(clock.now() + pauseMs, () => {
      this.#looking = this.#look().then((nextMs) => this.#lookIn(nextMs));
    });
  }

  /** Answers when to look again. */
  async #look(): Promise<number> {
    const { isRunning, start, log } = this.#watched;
    try {
      if (await isRunning()) return LOOK_MS;
      if (this.#closed) return LOOK_MS;
      log.error("the embedded Postgres ended by itself: it is started again");
      await start();
      log.info("the embedded Postgres runs again");
      this.#pauseMs = PAUSE_MS.first;
      return LOOK_MS;
    } catch (error) {
      const pauseMs = this.#pauseMs;
      this.#pauseMs = Math.min(PAUSE_MS.longest, 2 * pauseMs);
      log.error({ reason: inOneLine(error), pauseMs }, "the embedded Postgres is not known to run");
      return pauseMs;
    }
  }
}
