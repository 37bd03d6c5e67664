/** Whether the bank answers, asked again and again of one that may hang. */
import type { Clock } from "../platform/clock.ts";
import { within } from "../platform/within.ts";
import { BankUnavailableError } from "../tables/store.ts";

/**
 * A bank that takes longer to say how it is counts as away, while the question goes on. With a beat of the
 * leases, and the time after which that has failed, less than 5 s: then an idle table shows it.
 */
export const PROBE_MS = 1_500;

interface Question {
  readonly answer: Promise<void>;
  /** Epoch milliseconds; null until there is an answer. */
  endedAt: number | null;
}

/**
 * One question at a time: who asks after a hanging one waits for the same, and hears of one that ended
 * between two askings. Else a bank that answers slowly, but answers, would never be heard.
 */
export class BankProbe {
  readonly #ask: () => Promise<void>;
  readonly #clock: Clock;
  #question: Question | null = null;

  constructor(ask: () => Promise<void>, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Rejects as the question did, and with a {@link BankUnavailableError} where there is no answer soon. */
  async answers(): Promise<void> {
    const asked = this.#current();
    if (!(await within(asked.answer, PROBE_MS, this.#clock))) {
      throw new BankUnavailableError("the database is not available: it does not answer");
    }
    if (this.#question === asked) this.#question = null;
    return asked.answer;
  }

  /** The question under way, or the one that has just ended; an older answer says nothing of now. */
  #current(): Question {
    const known = this.#question;
    const isFresh =
      known !== null && this.#clock.now() - (known.endedAt ?? Number.POSITIVE_INFINITY) <= PROBE_MS;
    if (known !== null && isFresh) return known;
    const asked: Question = { answer: this.#ask(), endedAt: null };
    const ended = () => {
      asked.endedAt = this.#clock.now();
    };
    asked.answer.then(ended, ended);
    this.#question = asked;
    return asked;
  }
}
