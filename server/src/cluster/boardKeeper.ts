/**
 * Keeps the leaderboards: adds to them what the stream tells, whichever process reads it first, and
 * makes them anew from the books where they are not there or an event is missing. Old ones are shown
 * meanwhile, where there are any.
 */
import type { BoardBuild } from "./boardBuild.ts";
import type { EventStream } from "./eventStream.ts";
import type { LeaderBoards } from "./leaderBoards.ts";
import type { LeaderBooks } from "./leaderBooks.ts";
import { BEGINNING } from "./leaderBooks.ts";
import { daysUntil } from "./leaderKeys.ts";

const MOST_EVENTS = 50;
/** A few of the events that the stream keeps: what comes before the new ones are shown is there yet. */
const FEW_EVENTS = 50;

export interface BoardKeeperOptions {
  readonly stream: EventStream;
  readonly boards: LeaderBoards;
  readonly books: LeaderBooks;
  readonly now: () => number;
  /** True once nothing more shall be begun. */
  readonly stopping: () => boolean;
}

export class BoardKeeper {
  readonly #options: BoardKeeperOptions;

  constructor(options: BoardKeeperOptions) {
    this.#options = options;
  }

  /**
   * Brings the boards up to date, which takes as long as reading the books where they are made anew;
   * nothing where another process is at that. Throws `RedisAwayError`, and the database's errors: what
   * was begun is begun anew the next time.
   */
  async keep(): Promise<void> {
    const { stream, boards, now } = this.#options;
    const place = await boards.place();
    if (place === null) return this.#makeAnew();
    for (const placed of await stream.after(place, MOST_EVENTS)) {
      if ((await boards.apply(placed, now())) === "missing") return this.#makeAnew();
    }
  }

  async #makeAnew(): Promise<void> {
    const build = await this.#options.boards.build();
    if (build === null) return;
    try {
      const seq = await this.#fill(build);
      if (seq !== null) await build.finish(seq);
    } finally {
      await build.giveUp();
    }
  }

  /**
   * Adds all that the books have, and then what they got meanwhile, until that is little. Answers the
   * place up to which it is whole; null where it was stopped, or is somebody else's now.
   */
  async #fill(build: BoardBuild): Promise<number | null> {
    const { books, now, stopping } = this.#options;
    const since = daysUntil(now()).at(-1) ?? "";
    for (let from = BEGINNING; ; ) {
      const to = await books.mark();
      for await (const results of books.between(from, to, since)) {
        if (stopping() || !(await build.add(results))) return null;
      }
      if (to.seq - from.seq <= FEW_EVENTS) return to.seq;
      from = to;
    }
  }
}
