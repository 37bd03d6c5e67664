/** The way between players and processes: messages are late, lost, doubled and out of order. */
import type { Counts } from "./counts.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Faults } from "./setting.ts";

const MOST_LATE_MS = 30;
/** Of the second one, where a message comes twice. */
const MOST_DOUBLE_LATE_MS = 60;

export interface NetworkOptions {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly counts: Counts;
  /** As they are at this moment. */
  readonly faults: () => Faults;
}

export class Network {
  readonly #options: NetworkOptions;
  #sent = 0;
  /** Of what arrived on each way, the message that was sent last. */
  readonly #latest = new Map<string, number>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** `deliver` happens when the message arrives; `way` says from whom it is, and in which direction. */
  send(way: string, deliver: () => void): void {
    const { scheduler } = this.#options;
    this.#send(way, deliver, (delayMs, arrive) => scheduler.after(delayMs, arrive));
  }

  /** As `send`, of what resolves no promise where it arrives. */
  tell(way: string, deliver: () => void): void {
    const { scheduler } = this.#options;
    this.#send(way, deliver, (delayMs, arrive) => scheduler.plainlyAfter(delayMs, arrive));
  }

  #send(
    way: string,
    deliver: () => void,
    plan: (delayMs: number, arrive: () => void) => void,
  ): void {
    const { random, counts } = this.#options;
    const { messageDropped, messageDuplicated } = this.#options.faults();
    if (random.chance(messageDropped)) {
      counts.add("fault: message dropped");
      return;
    }
    const arrive = this.#arrival(way, deliver);
    plan(random.between(1, MOST_LATE_MS), arrive);
    if (!random.chance(messageDuplicated)) return;
    counts.add("fault: message duplicated");
    plan(random.between(1, MOST_DOUBLE_LATE_MS), arrive);
  }

  #arrival(way: string, deliver: () => void): () => void {
    this.#sent += 1;
    const number = this.#sent;
    return () => {
      const latest = this.#latest.get(way) ?? 0;
      if (number < latest) this.#options.counts.add("fault: message overtaken");
      this.#latest.set(way, Math.max(latest, number));
      deliver();
    };
  }
}
