/**
 * People on their way from a room of this process to the one that another process has of it.
 *
 * They ask for it where everybody comes in, and may be led to this very process for as long as it counts
 * as one that is there. One that is gone answers nobody: where its address is gone with it, as a
 * container's is, each who is led there waits a second for nothing. So a process that ends stays at its
 * door until they are in.
 */
import type { Clock } from "../platform/clock.ts";
import { pause } from "../platform/pause.ts";
import { within } from "../platform/within.ts";

/** From the last goodbye until everyone is in: a crowd of some hundreds takes more than a second. */
const COME_IN_MS = 2_000;

export class Moves {
  readonly #clock: Clock;
  readonly #running = new Set<Promise<void>>();
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `moving` resolves, when all are sent off, to how many they were; it never rejects. */
  add(moving: Promise<number>): void {
    const move = moving.then((count) => {
      this.#running.delete(move);
      if (count > 0) this.#lastAt = this.#clock.now();
    });
    this.#running.add(move);
  }

  /**
   * Resolves when everyone who was sent off has had the time to come in elsewhere.
   *
   * @param until epoch milliseconds: it is not waited for longer than that
   */
  async over(until: number): Promise<void> {
    await within(this.#allIn(), until - this.#clock.now(), this.#clock);
  }

  async #allIn(): Promise<void> {
    await Promise.all(this.#running);
    const leftMs = this.#lastAt + COME_IN_MS - this.#clock.now();
    if (leftMs > 0) await pause(this.#clock, leftMs);
  }
}
