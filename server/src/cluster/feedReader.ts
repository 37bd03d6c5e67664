/**
 * Follows the stream of events for the feed: each process on its own, from where it stands. What the
 * stream does not tell any more, or cannot, is in the books. So is, without Redis, what other processes
 * told themselves.
 */
import type { EventStream } from "./eventStream.ts";
import type { PlacedEvent } from "./houseEvents.ts";
import { isSameEnd } from "./houseEvents.ts";
import type { WinBooks } from "./winBooks.ts";
import type { Win, WinFeed } from "./winFeed.ts";
import { winsIn } from "./winFeed.ts";

const MOST_EVENTS = 50;
/** Between two looks into the books, while they are all that tells, or cannot be read. */
const BOOKS_MS = 5_000;
/** They are read again from so long before they were read: clocks may differ by less. */
const OVERLAP_MS = 60_000;

export interface FeedReaderOptions {
  /** Null without Redis. */
  readonly stream: Pick<EventStream, "after" | "newest"> | null;
  readonly feed: WinFeed;
  readonly books: WinBooks;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export class FeedReader {
  readonly #options: FeedReaderOptions;
  /** The last event that was read; null where the newest ones are still to be. */
  #last: PlacedEvent | null = null;
  /** When the books were read; null where all that they say is wanted. */
  #booksAt: number | null = null;
  /** Shown until the books are read, and then only if they say so too. */
  #doubtful: readonly Win[] = [];
  /** The books have what the stream did not tell. */
  #isBehind = true;
  /** When the books may be asked again. */
  #againAt = 0;

  constructor(options: FeedReaderOptions) {
    this.#options = options;
  }

  /**
   * Reads what is new; in the books, where the stream is not there. The stream is followed whatever
   * becomes of the books, and the other way round. Throws `RedisAwayError`, and the database's errors.
   */
  async read(isThere: boolean): Promise<void> {
    const { stream, now } = this.#options;
    try {
      if (stream !== null && isThere) await this.#follow(stream);
    } finally {
      if ((this.#isBehind || !isThere) && now() >= this.#againAt) await this.#readBooks();
    }
  }

  async #follow(stream: NonNullable<FeedReaderOptions["stream"]>): Promise<void> {
    if (this.#last === null) return this.#add(await stream.newest(MOST_EVENTS));
    const { seq, event } = this.#last;
    // With the last one, which is there as it was unless the stream was begun anew, and gone beyond it.
    const events = await stream.after(seq - 1, MOST_EVENTS + 1);
    const [first] = events;
    if (first === undefined) {
      // Where there is none at all, the next one tells that some are missing.
      if ((await stream.newest(1)).length > 0) this.#beginAnew();
    } else if (first.seq > seq) this.#add(events);
    else if (isSameEnd(first.event, event)) this.#add(events.slice(1));
    else this.#beginAnew();
  }

  #add(events: readonly PlacedEvent[]): void {
    for (const placed of events) {
      if (this.#last !== null && placed.seq > this.#last.seq + 1) this.#fallBehind();
      this.#options.feed.add(winsIn(placed.event));
      this.#last = placed;
    }
  }

  /** What the stream told may not have been. */
  #beginAnew(): void {
    this.#last = null;
    this.#booksAt = null;
    this.#doubtful = this.#options.feed.wins;
    this.#fallBehind();
  }

  #fallBehind(): void {
    this.#isBehind = true;
    this.#againAt = 0;
  }

  async #readBooks(): Promise<void> {
    const { feed, books, now } = this.#options;
    const at = now();
    try {
      const wins = await books(this.#booksAt === null ? 0 : this.#booksAt - OVERLAP_MS);
      feed.remove(this.#doubtful);
      feed.add(wins);
      this.#doubtful = [];
      this.#booksAt = at;
      this.#isBehind = false;
    } finally {
      this.#againAt = at + BOOKS_MS;
    }
  }
}
