/**
 * What happens in the house, on its way from the books to everyone: the outbox is told to the stream,
 * the stream is read, feed and leaderboards follow from it, each on its own: a leaderboard that has to be
 * made anew holds nothing up. Without Redis whoever empties the outbox tells itself, and nobody else.
 */
import type { TableConfig } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import type { Clock, Timer } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { Period } from "../players/statements.ts";
import { BoardKeeper } from "./boardKeeper.ts";
import { EventStream } from "./eventStream.ts";
import { FeedReader } from "./feedReader.ts";
import type { LeaderRow } from "./leaderBoards.ts";
import { LeaderBoards } from "./leaderBoards.ts";
import type { LeaderBooks } from "./leaderBooks.ts";
import { leaderBooks } from "./leaderBooks.ts";
import { WHOLE_BY } from "./leaderKeys.ts";
import { Outbox } from "./outbox.ts";
import type { RedisConnection } from "./redisConnection.ts";
import { isRedisReply, RedisAwayError } from "./redisHealth.ts";
import { winBooks } from "./winBooks.ts";
import type { Win } from "./winFeed.ts";
import { WinFeed, winsIn } from "./winFeed.ts";

/** Between two looks for something new. */
const LOOK_MS = 500;
const PRUNE_MS = 60_000;

export interface EventDeskOptions {
  readonly pool: Pool;
  readonly tables: readonly TableConfig[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Null without Redis: the process need not be the whole house, since another may stand by. */
  readonly redis: RedisConnection | null;
  /** For tests: books in slices of their size. */
  readonly books?: LeaderBooks;
}

/** What the desk has in Redis. */
interface InRedis {
  readonly stream: EventStream;
  readonly boards: LeaderBoards;
  readonly keeper: BoardKeeper;
}

export class EventDesk {
  readonly #options: EventDeskOptions;
  readonly #outbox: Outbox;
  readonly #feed = new WinFeed();
  readonly #reader: FeedReader;
  readonly #inRedis: InRedis | null = null;
  readonly #timers = new Set<Timer>();
  readonly #turns = new Set<Promise<void>>();
  /** The stream and the books were compared since Redis is there; null where they have to be. */
  #compared: Promise<void> | null = null;
  #closed = false;

  constructor(options: EventDeskOptions) {
    this.#options = options;
    const { pool, clock, redis } = options;
    const now = () => clock.now();
    this.#outbox = new Outbox(options);
    if (redis !== null) {
      const boards = new LeaderBoards(redis);
      const stream = new EventStream(redis, WHOLE_BY);
      const books = options.books ?? leaderBooks(pool);
      const stopping = () => this.#closed;
      const keeper = new BoardKeeper({ stream, boards, books, now, stopping });
      this.#inRedis = { stream, boards, keeper };
    }
    const [stream, feed] = [this.#inRedis?.stream ?? null, this.#feed];
    this.#reader = new FeedReader({ stream, feed, books: winBooks({ ...options, now }), now });
    this.#again(LOOK_MS, () => this.tell());
    this.#again(PRUNE_MS, () => this.#outbox.prune(clock.now()));
    this.#again(LOOK_MS, () => this.read());
    if (redis !== null) this.#again(LOOK_MS, () => this.keepBoards());
  }

  /** The big wins of the house, newest first. */
  get wins(): readonly Win[] {
    return this.#feed.wins;
  }

  /** Who won most; null where only the books know. Never rejects. */
  async leaders(period: Period): Promise<readonly LeaderRow[] | null> {
    const { clock, redis } = this.#options;
    try {
      const inRedis = await this.#following();
      return (await inRedis?.boards.top(period, clock.now())) ?? null;
    } catch (error) {
      if (!isPassing(error)) redis?.failed(error, "the leaderboards");
      return null;
    }
  }

  /** Tells what is in the outbox, until it is empty or somebody else does. */
  async tell(): Promise<void> {
    const { clock, redis } = this.#options;
    const inRedis = await this.#following();
    if (redis !== null && inRedis === null) return;
    const tell = async (events: Parameters<EventStream["add"]>[0]) => {
      if (inRedis !== null) return inRedis.stream.add(events);
      for (const { event } of events) this.#feed.add(winsIn(event));
    };
    while (!this.#closed && (await this.#outbox.tell(clock.now(), tell)) > 0);
  }

  /** Reads what was told, for the feed. */
  async read(): Promise<void> {
    let isThere = false;
    try {
      isThere = (await this.#following()) !== null;
    } finally {
      await this.#reader.read(isThere);
    }
  }

  /** Brings the leaderboards up to date; see {@link BoardKeeper.keep}. */
  async keepBoards(): Promise<void> {
    await (await this.#following())?.keeper.keep();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#turns);
  }

  /**
   * What is in Redis; null where it is away. Nobody reads there before it was compared with the books:
   * the database may have been restored to an earlier time, and Redis not.
   */
  async #following(): Promise<InRedis | null> {
    const inRedis = this.#inRedis;
    if (inRedis === null || this.#options.redis?.isReady !== true) {
      this.#compared = null;
      return null;
    }
    this.#compared ??= inRedis.stream.compare((placed) => this.#outbox.has(placed));
    try {
      await this.#compared;
      return inRedis;
    } catch (error) {
      this.#compared = null;
      throw error;
    }
  }

  /** Does `work` so long after each time that it ended. */
  #again(pauseMs: number, work: () => Promise<void>): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const timer = clock.at(clock.now() + pauseMs, () => {
      this.#timers.delete(timer);
      const turn = this.#attempt(work).finally(() => {
        this.#turns.delete(turn);
        this.#again(pauseMs, work);
      });
      this.#turns.add(turn);
    });
    this.#timers.add(timer);
  }

  /** What passes by itself is tried again in its time: nothing is lost meanwhile. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { log, redis } = this.#options;
      if (error instanceof RedisAwayError || isPassing(error)) {
        log.debug({ reason: inOneLine(error) }, "events wait");
      } else if (redis !== null && isRedisReply(error)) {
        // It may last, and is told once a minute.
        redis.failed(error, "the events");
      } else {
        log.error({ err: error }, "a bug in the events");
      }
    }
  }
}
