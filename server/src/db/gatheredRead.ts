/**
 * What many ask one by one, asked for many at once: a crowd that comes back asks thousands of times
 * for one row each.
 *
 * One question is under way at a time, and whoever asks meanwhile goes into the next one. So the size
 * of a question follows the load by itself, nobody waits for a timer, and nobody gets an answer that
 * was on its way before asking.
 */
import { BankUnavailableError } from "../tables/store.ts";

/** Keys in one question. */
const MOST_AT_ONCE = 500;
/** Who waits for the next question; more are told that the database is not available. */
const MOST_WAITING = 20_000;

interface Waiting<Answer> {
  readonly key: string;
  readonly resolve: (answer: Answer | null) => void;
  readonly reject: (error: unknown) => void;
}

export class GatheredRead<Answer> {
  readonly #readAll: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>;
  #waiting: Waiting<Answer>[] = [];
  #reading = false;

  /** `readAll` answers by key; without those that are not there. */
  constructor(readAll: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>) {
    this.#readAll = readAll;
  }

  /** Null where there is none. Rejects as the question does that the key went into. */
  read(key: string): Promise<Answer | null> {
    if (this.#waiting.length >= MOST_WAITING) {
      return Promise.reject(new BankUnavailableError("too many wait for the database"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Answer | null>();
    this.#waiting.push({ key, resolve, reject });
    if (!this.#reading) void this.#readWaiting();
    return promise;
  }

  async #readWaiting(): Promise<void> {
    this.#reading = true;
    while (this.#waiting.length > 0) {
      const asking = this.#waiting.slice(0, MOST_AT_ONCE);
      this.#waiting = this.#waiting.slice(MOST_AT_ONCE);
      try {
        const answers = await this.#readAll([...new Set(asking.map(({ key }) => key))]);
        for (const { key, resolve } of asking) resolve(answers.get(key) ?? null);
      } catch (error) {
        for (const { reject } of asking) reject(error);
      }
    }
    this.#reading = false;
  }
}
