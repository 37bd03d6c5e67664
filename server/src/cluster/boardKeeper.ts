/** Keeps the leaderboards: totals in Postgres, and the best of them in Redis where there is one. */
import type { LeaderBoards } from "./leaderBoards.ts";
import type { LeaderTotals } from "./leaderTotals.ts";

export interface BoardKeeperOptions {
  readonly totals: LeaderTotals;
  readonly now: () => number;
  /** True once nothing more shall be begun. */
  readonly stopping: () => boolean;
}

export class BoardKeeper {
  readonly #options: BoardKeeperOptions;
  #hasForgotten = false;

  constructor(options: BoardKeeperOptions) {
    this.#options = options;
  }

  /**
   * Brings the totals up to date, and the boards to the totals; null where Redis is not there. Throws
   * `RedisAwayError`, and the database's errors: what was not done is done the next time.
   */
  async keep(boards: LeaderBoards | null): Promise<void> {
    const { totals, now, stopping } = this.#options;
    while (!stopping() && (await totals.advance(now())));
    if (boards === null) return;
    if (!this.#hasForgotten) await boards.forgetThoseBefore();
    this.#hasForgotten = true;
    const version = await totals.version();
    if (version === null || version === (await boards.version())) return;
    const made = await totals.all(now());
    if (made !== null) await boards.write(made.version, made.leaders);
  }
}
