/**
 * Tells other processes whose balance changed, and hears of theirs.
 *
 * Only names travel. A process where such a player sits asks the bank for the balance itself: so no
 * news can be believed that is not true, and of two the later one does not matter.
 */
import { z } from "zod";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { BalanceHub } from "../rooms/balanceHub.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { News } from "./news.ts";

/** Changes of this long go together. */
const GATHER_MS = 100;
/** Names in one piece of news, and names that wait at all; who is beyond hears with the next change. */
const MOST_TOLD = 1_000;
const MOST_WAITING = 20_000;
const TOPIC = "balances";

const names = z.array(z.string().min(1).max(64)).max(MOST_TOLD);

export interface BalanceNewsOptions {
  readonly news: Pick<News, "hear" | "tell">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the player sits at a table of this process. */
  readonly isHere: (playerId: string) => boolean;
  /** May throw `BankUnavailableError`. */
  readonly balanceOf: (playerId: string) => Promise<number>;
  /** Tells whoever sits here. */
  readonly hub: Pick<BalanceHub, "read" | "heard">;
}

export class BalanceNews {
  readonly #options: BalanceNewsOptions;
  readonly #changed = new Set<string>();
  readonly #asked = new Set<string>();
  #asking = false;

  constructor(options: BalanceNewsOptions) {
    this.#options = options;
    options.news.hear(TOPIC, names, (playerIds) => this.#heard(playerIds));
  }

  /** The player's balance changed here. */
  changed(playerId: string): void {
    if (this.#changed.size >= MOST_WAITING) return;
    const { clock } = this.#options;
    if (this.#changed.size === 0) clock.at(clock.now() + GATHER_MS, () => this.#tellNext());
    this.#changed.add(playerId);
  }

  /** A slice, and the rest in its own time: a settlement of thousands holds nothing up. */
  #tellNext(): void {
    const { news, clock } = this.#options;
    const told = [...this.#changed].slice(0, MOST_TOLD);
    for (const playerId of told) this.#changed.delete(playerId);
    news.tell(TOPIC, told);
    if (this.#changed.size > 0) clock.at(clock.now() + 1, () => this.#tellNext());
  }

  #heard(playerIds: readonly string[]): void {
    for (const playerId of playerIds) {
      if (this.#asked.size >= MOST_WAITING) break;
      if (this.#options.isHere(playerId)) this.#asked.add(playerId);
    }
    if (!this.#asking) void this.#askAll();
  }

  /** One after the other: whoever changes again meanwhile is asked about again. */
  async #askAll(): Promise<void> {
    this.#asking = true;
    const { balanceOf, hub, log } = this.#options;
    for (const playerId of this.#asked) {
      this.#asked.delete(playerId);
      try {
        hub.heard(playerId, await hub.read(playerId, balanceOf));
      } catch (error) {
        // Without the bank no balance changes either, and the next change tells.
        if (!(error instanceof BankUnavailableError))
          log.error({ err: error }, "a bug in balances");
      }
    }
    this.#asking = false;
  }
}
