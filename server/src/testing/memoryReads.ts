/** Answers that processes share, as Redis keeps them, on a clock that goes only when told. */
import type { Found, SharedReads } from "../cluster/sharedReads.ts";
import { MAKING_MS } from "../cluster/sharedReads.ts";
import type { ManualClock } from "./manualClock.ts";

export class MemoryReads implements SharedReads {
  readonly #clock: ManualClock;
  readonly answers = new Map<string, { readonly text: string; readonly until: number }>();
  readonly #makingUntil = new Map<string, number>();

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async find(key: string): Promise<Found | null> {
    const now = this.#clock.now();
    const answer = this.answers.get(key);
    if (answer !== undefined && now < answer.until) {
      return { is: "kept", text: answer.text, leftMs: answer.until - now };
    }
    if (now < (this.#makingUntil.get(key) ?? 0)) return { is: "being made" };
    this.#makingUntil.set(key, now + MAKING_MS);
    return { is: "missing", at: now };
  }

  async keep(key: string, text: string, until: number): Promise<void> {
    this.answers.set(key, { text, until });
    this.#makingUntil.delete(key);
  }

  async leave(key: string): Promise<void> {
    this.answers.delete(key);
    this.#makingUntil.delete(key);
  }
}
