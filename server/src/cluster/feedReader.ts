/** Follows the stream of events for the feed: each process on its own, from where it stands. */
import type { EventStream } from "./eventStream.ts";
import type { WinFeed } from "./winFeed.ts";

const MOST_EVENTS = 50;

export class FeedReader {
  readonly #stream: EventStream;
  readonly #feed: WinFeed;
  /** The place of the last event that was read. */
  #seq = 0;

  constructor(stream: EventStream, feed: WinFeed) {
    this.#stream = stream;
    this.#feed = feed;
  }

  /** Reads what is new. Throws `RedisAwayError`. */
  async read(): Promise<void> {
    const events = await this.#stream.after(this.#seq, MOST_EVENTS);
    for (const placed of events) {
      this.#feed.add(placed);
      this.#seq = placed.seq;
    }
    if (events.length > 0) return;
    const [newest] = await this.#stream.newest(1);
    if (newest === undefined || newest.seq >= this.#seq) return;
    // The stream was begun anew.
    this.#seq = 0;
    this.#feed.clear();
  }
}
