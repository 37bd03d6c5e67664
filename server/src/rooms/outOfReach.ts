/**
 * What a process does that nobody reaches: its `PUBLIC_ADDRESS` leads nowhere, or to somebody else.
 *
 *   in its place ──(nobody has ever come)──▶ aside ──(somebody comes, or after a while)──▶ in its place
 *
 * Aside, it has no tables: others run them, where there are others. A few seats that nobody took are no
 * proof, since anybody may ask for seats and never come; so it is tried again, after pauses that grow,
 * and whom somebody has ever reached is not taken out at all.
 */
import type { Clock, Timer } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { Tables } from "../tables/tables.ts";

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

export interface OutOfReachOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, "error" | "warn" | "info">;
  readonly tables: Pick<Tables, "standAside" | "comeBack" | "isAside">;
  readonly publicAddress: string | null;
  /** Somebody has to look. */
  readonly alarm: () => void;
}

export class OutOfReach {
  readonly #options: OutOfReachOptions;
  #pauseMs = FIRST_PAUSE_MS;
  #trial: Timer | null = null;

  constructor(options: OutOfReachOptions) {
    this.#options = options;
  }

  /** Nobody has ever come here, of those who had so many seats. */
  nobodyEverCame(seats: number): void {
    const { tables, publicAddress, log, alarm, clock } = this.#options;
    if (tables.isAside || !tables.standAside()) return;
    log.error(
      { publicAddress, seats, againInMs: this.#pauseMs },
      "nobody who got a seat in this process has ever come: does its PUBLIC_ADDRESS lead here? Others have its tables until somebody comes",
    );
    alarm();
    this.close();
    this.#trial = clock.at(clock.now() + this.#pauseMs, () => this.#tryAgain());
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * this.#pauseMs);
  }

  somebodyCame(): void {
    const { tables, publicAddress, log } = this.#options;
    this.close();
    if (!tables.isAside) return;
    log.info({ publicAddress }, "somebody came: taking tables again");
    tables.comeBack();
  }

  /** Nothing is tried again any more. */
  close(): void {
    this.#trial?.cancel();
  }

  #tryAgain(): void {
    const { tables, publicAddress, log } = this.#options;
    if (!tables.isAside) return;
    log.warn(
      { publicAddress },
      "nobody has come yet: taking tables again, to see whether they do now",
    );
    tables.comeBack();
  }
}
