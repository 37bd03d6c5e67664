/**
 * Follows the stream of events for the feed: each process on its own, from where it stands. What the
 * stream does not tell any more, or cannot, is in the books.
 */
import type { EventStream } from "./eventStream.ts";
import type { WinBooks } from "./winBooks.ts";
import type { WinFeed } from "./winFeed.ts";
import { winsIn } from "./winFeed.ts";

const MOST_EVENTS = 50;
/** Between two looks into the books, while they are all that tells. */
const BOOKS_MS = 5_000;
/** They are read again from so long before they were read: clocks may differ by less. */
const OVERLAP_MS = 60_000;

export interface FeedReaderOptions {
  /** Null in a house with one process, which tells the feed itself. */
  readonly stream: EventStream | null;
  readonly feed: WinFeed;
  readonly books: WinBooks;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export class FeedReader {
  readonly #options: FeedReaderOptions;
  /** The place of the last event that was read. */
  #seq = 0;
  /** When the books were read; null before they were. */
  #booksAt: number | null = null;

  constructor(options: FeedReaderOptions) {
    this.#options = options;
  }

  /**
   * Reads what is new; in the books, where the stream is not there. Throws `RedisAwayError`, and the
   * database's errors.
   */
  async read(isThere: boolean): Promise<void> {
    const { stream, now } = this.#options;
    if (this.#booksAt === null) await this.#readBooks();
    if (stream === null) return;
    if (isThere) await this.#follow(stream);
    else if (now() - (this.#booksAt ?? 0) >= BOOKS_MS) await this.#readBooks();
  }

  async #follow(stream: EventStream): Promise<void> {
    const { feed } = this.#options;
    const events = await stream.after(this.#seq, MOST_EVENTS);
    const [first] = events;
    if (this.#seq > 0 && first !== undefined && first.seq > this.#seq + 1) await this.#readBooks();
    for (const { seq, event } of events) {
      feed.add(winsIn(event));
      this.#seq = seq;
    }
    if (events.length > 0) return;
    const [newest] = await stream.newest(1);
    if (newest === undefined || newest.seq >= this.#seq) return;
    // The stream was begun anew: what it told of may not have been.
    this.#seq = 0;
    this.#booksAt = null;
    feed.clear();
  }

  async #readBooks(): Promise<void> {
    const { feed, books, now } = this.#options;
    const at = now();
    feed.add(await books(this.#booksAt === null ? 0 : this.#booksAt - OVERLAP_MS));
    this.#booksAt = at;
  }
}
