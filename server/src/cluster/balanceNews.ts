/**
 * Tells other processes whose balance changed, and hears of theirs.
 *
 * Only names travel. A process where such a player sits asks the bank for the balance itself: so no
 * news can be believed that is not true, and of two the later one does not matter.
 *
 * While Redis is away names wait here. Who hears again after that may have missed others' news, and
 * asks for everyone who sits here, but for those whose result will tell their balance.
 */
import { z } from "zod";
import type { Clock, Timer } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { BalanceHub } from "../rooms/balanceHub.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { News } from "./news.ts";

/** Changes of this long go together. */
const GATHER_MS = 100;
/** What could not be told, or asked, is tried again after this. */
const AGAIN_MS = 1_000;
/** Names in one piece of news, and names that wait at all; who is beyond hears with the next change. */
const MOST_TOLD = 1_000;
const MOST_WAITING = 20_000;
/** Players who are asked about at once; the bank gathers them into a question or two. */
const MOST_ASKED = 500;
const TOPIC = "balances";

const names = z.array(z.string().min(1).max(64)).max(MOST_TOLD);

export interface BalanceNewsOptions {
  readonly news: Pick<News, "hear" | "missed" | "tell">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the player sits at a table of this process. */
  readonly isHere: (playerId: string) => boolean;
  /** All who do, without those whose result at a table is still to come, and tells their balance. */
  readonly everyoneHere: () => Iterable<string>;
  /** Asked for many at once, and gathers them (`GatheredRead`). May throw `BankUnavailableError`. */
  readonly balanceOf: (playerId: string) => Promise<number>;
  /** Tells whoever sits here. */
  readonly hub: Pick<BalanceHub, "read" | "heard">;
}

export class BalanceNews {
  readonly #options: BalanceNewsOptions;
  readonly #changed = new Set<string>();
  readonly #asked = new Set<string>();
  /** While something is told, or about to be. */
  #telling = false;
  /** While the bank is asked, or about to be asked again. */
  #asking = false;
  readonly #timers = new Set<Timer>();
  #closed = false;

  constructor(options: BalanceNewsOptions) {
    this.#options = options;
    const { news, everyoneHere } = options;
    news.hear(TOPIC, names, (playerIds) => this.#heard(playerIds));
    news.missed(() => this.#heard(everyoneHere()));
  }

  /** The player's balance changed here. */
  changed(playerId: string): void {
    if (this.#changed.size >= MOST_WAITING) return;
    this.#changed.add(playerId);
    if (!this.#telling) this.#tellIn(GATHER_MS);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
  }

  #tellIn(pauseMs: number): void {
    this.#telling = true;
    this.#after(pauseMs, () => void this.#tellAll());
  }

  /**
   * Slice by slice, each once the last one is told: a settlement of thousands holds nothing up. What
   * changes meanwhile is gathered again: a steady stream would else go out name by name.
   */
  async #tellAll(): Promise<void> {
    const { news } = this.#options;
    for (let left = this.#changed.size; left > 0 && !this.#closed; left -= MOST_TOLD) {
      const told = taken(this.#changed, Math.min(left, MOST_TOLD));
      if (await news.tell(TOPIC, told)) continue;
      for (const playerId of told) this.#changed.add(playerId);
      this.#tellIn(AGAIN_MS);
      return;
    }
    if (this.#changed.size > 0) this.#tellIn(GATHER_MS);
    else this.#telling = false;
  }

  #heard(playerIds: Iterable<string>): void {
    const { isHere } = this.#options;
    for (const playerId of playerIds) {
      if (this.#asked.size >= MOST_WAITING) break;
      if (isHere(playerId)) this.#asked.add(playerId);
    }
    if (!this.#asking) void this.#askAll();
  }

  /**
   * Some after the others: whoever changes again meanwhile is asked about again. While a bank that was
   * away is waited for, what is heard only adds to the next question.
   */
  async #askAll(): Promise<void> {
    const { isHere } = this.#options;
    this.#asking = true;
    let answered = true;
    while (answered && this.#asked.size > 0 && !this.#closed) {
      // Who left while the bank was away would be waited for in the place of others.
      const asked = taken(this.#asked, MOST_ASKED).filter(isHere);
      const answers = await Promise.all(asked.map((playerId) => this.#ask(playerId)));
      answered = !answers.includes(false);
    }
    if (answered) this.#asking = false;
    else this.#after(AGAIN_MS, () => void this.#askAll());
  }

  /** False where the bank does not say. */
  async #ask(playerId: string): Promise<boolean> {
    const { balanceOf, hub, log } = this.#options;
    try {
      hub.heard(playerId, await hub.read(playerId, balanceOf));
    } catch (error) {
      if (error instanceof BankUnavailableError) {
        this.#asked.add(playerId);
        return false;
      }
      log.error({ err: error }, "a bug in balances");
    }
    return true;
  }

  #after(pauseMs: number, work: () => void): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const timer = clock.at(clock.now() + pauseMs, () => {
      this.#timers.delete(timer);
      work();
    });
    this.#timers.add(timer);
  }
}

/** Takes the first ones out. */
function taken(playerIds: Set<string>, most: number): readonly string[] {
  const first = [...playerIds].slice(0, most);
  for (const playerId of first) playerIds.delete(playerId);
  return first;
}
