/**
 * What a process does that nobody reaches: its `PUBLIC_ADDRESS` leads nowhere, or to somebody else.
 *
 *   aside, as it starts ──(its knock arrives, or says nothing)──▶ in its place
 *   in its place ──(nobody has ever come)──▶ aside ──(somebody comes, or after a while)──▶ in its place
 *
 * Aside, it has no tables: others run them, where there are others. It knocks at its own address; where
 * that leads elsewhere it stays aside, and knocks again. Where a knock says nothing, what is left is
 * whether players come. A few seats that nobody took are no proof, since anybody may ask for seats and
 * never come; so it is tried again, after pauses that grow, and whom somebody has ever reached is not
 * taken out at all.
 */
import type { Clock, Timer } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { Tables } from "../tables/tables.ts";

/** Until it knocks again where its address leads elsewhere: nobody but the operator waits for it. */
const KNOCK_AGAIN_MS = 2_000;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Where a knock at the public address came to, as far as can be told. */
export type Knocked = "here" | "elsewhere" | "unknown";

export interface OutOfReachOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, "error" | "info">;
  readonly tables: Pick<Tables, "standAside" | "comeBack" | "isAside">;
  readonly publicAddress: string | null;
  /** At the public address. Never rejects. */
  readonly knock: () => Promise<Knocked>;
  /** Somebody has to look. */
  readonly alarm: () => void;
}

export class OutOfReach {
  readonly #options: OutOfReachOptions;
  #pauseMs = FIRST_PAUSE_MS;
  #trial: Timer | null = null;
  /** A knock, or somebody, has come; or nothing is to be found out any more. */
  #done = false;
  /** By the last knock that said anything. */
  #leadsElsewhere = false;
  #told = false;

  constructor(options: OutOfReachOptions) {
    this.#options = options;
  }

  /** Knocks, and takes tables but where the address leads elsewhere; resolves when it knows. */
  async look(): Promise<void> {
    const found = await this.#knock();
    if (found === "here" || found === "unknown") this.#takePlace();
  }

  /** Nobody has ever come here, of those who had so many seats. */
  async nobodyEverCame(seats: number): Promise<void> {
    const { tables, publicAddress, log, alarm } = this.#options;
    if (tables.isAside || (await this.#knock()) !== "unknown") return;
    if (tables.isAside || !tables.standAside()) return;
    this.#told = true;
    log.error(
      { publicAddress, seats, againInMs: this.#pauseMs },
      "nobody who got a seat in this process has ever come: does its PUBLIC_ADDRESS lead here? Others have its tables for now",
    );
    alarm();
    this.#lookIn(this.#pauseMs);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * this.#pauseMs);
  }

  somebodyCame(): void {
    this.close();
    this.#takePlace();
  }

  /** Nothing is tried again any more. */
  close(): void {
    this.#done = true;
    this.#trial?.cancel();
  }

  /** Null where it is of no interest any more. */
  async #knock(): Promise<Knocked | null> {
    if (this.#done) return null;
    const found = await this.#options.knock();
    if (this.#done) return null;
    if (found === "here") this.#cameHere();
    // What leads elsewhere does so until it is known to lead here.
    else if (found === "elsewhere" || this.#leadsElsewhere) this.#wentElsewhere();
    return this.#leadsElsewhere ? "elsewhere" : found;
  }

  #cameHere(): void {
    const { publicAddress, log } = this.#options;
    log.info({ publicAddress }, "the PUBLIC_ADDRESS leads here");
    this.#leadsElsewhere = false;
    this.close();
  }

  #wentElsewhere(): void {
    const { tables, publicAddress, log, alarm } = this.#options;
    this.#leadsElsewhere = true;
    if (!tables.isAside) tables.standAside();
    this.#lookIn(KNOCK_AGAIN_MS);
    if (this.#told) return;
    this.#told = true;
    log.error(
      { publicAddress },
      "the PUBLIC_ADDRESS of this process leads elsewhere: it takes no tables where others do, until a knock there comes here",
    );
    alarm();
  }

  #takePlace(): void {
    const { tables, publicAddress, log } = this.#options;
    if (!tables.isAside) return;
    if (this.#told) log.info({ publicAddress }, "taking tables again");
    this.#told = false;
    tables.comeBack();
  }

  #lookIn(ms: number): void {
    const { clock } = this.#options;
    this.#trial?.cancel();
    this.#trial = clock.at(clock.now() + ms, () => void this.look());
  }
}
