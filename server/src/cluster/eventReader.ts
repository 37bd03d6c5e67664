/**
 * Follows the stream of events: each process on its own, from where it stands. What follows from an
 * event is done once by whoever comes first, or everywhere, or made anew where something is missing.
 */
import type { EventStream } from "./eventStream.ts";
import type { PlacedEvent } from "./houseEvents.ts";
import type { LeaderBoards, LeaderBooks } from "./leaderBoards.ts";
import type { WinFeed } from "./winFeed.ts";

const MOST_EVENTS = 50;

export interface EventReaderOptions {
  readonly stream: EventStream;
  readonly boards: LeaderBoards;
  readonly feed: WinFeed;
  /** The leaderboards as the books have them. */
  readonly books: () => Promise<LeaderBooks>;
  readonly now: () => number;
}

export class EventReader {
  readonly #options: EventReaderOptions;
  /** The place of the last event that was read. */
  #seq = 0;

  constructor(options: EventReaderOptions) {
    this.#options = options;
  }

  /** Reads what is new. Throws `RedisAwayError`, and the database's errors. */
  async read(): Promise<void> {
    const { stream, boards, books, feed } = this.#options;
    if ((await boards.place()) === null && !(await boards.rebuild(books))) return;
    const events = await stream.after(this.#seq, MOST_EVENTS);
    if (events.length === 0) {
      const [newest] = await stream.newest(1);
      if (newest === undefined || newest.seq >= this.#seq) return;
      // The stream was begun anew.
      this.#seq = 0;
      feed.clear();
      return;
    }
    for (const placed of events) {
      if (!(await this.#apply(placed))) return;
      feed.add(placed);
      this.#seq = placed.seq;
    }
  }

  /** False where it has to be tried again. */
  async #apply(placed: PlacedEvent): Promise<boolean> {
    const { boards, books, now } = this.#options;
    const place = await boards.place();
    if (place !== null && placed.seq <= place) return true;
    if ((await boards.apply(placed, now())) !== "missing") return true;
    await boards.forget();
    return boards.rebuild(books);
  }
}
