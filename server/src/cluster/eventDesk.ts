/**
 * What happens in the house, on its way from the books to everyone: the outbox is told to the stream,
 * the stream is read, the feed follows from it. Without Redis whoever empties the outbox tells itself, and
 * nobody else. Leaderboards follow the books on their own, and hold nothing up.
 */
import type { TableConfig } from "@croupier/shared/core/types";
import type { Period } from "@croupier/shared/protocol/leaderboard";
import type { Pool } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import type { Clock, Timer } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { BoardKeeper } from "./boardKeeper.ts";
import { EventStream } from "./eventStream.ts";
import { FeedReader } from "./feedReader.ts";
import { BOARDS_VERSION, LeaderBoards } from "./leaderBoards.ts";
import type { LeaderRow } from "./leaderTotals.ts";
import { LeaderTotals } from "./leaderTotals.ts";
import { Outbox } from "./outbox.ts";
import type { RedisConnection } from "./redisConnection.ts";
import { isRedisReply, RedisAwayError } from "./redisHealth.ts";
import { winBooks } from "./winBooks.ts";
import type { Win } from "./winFeed.ts";
import { WinFeed, winsIn } from "./winFeed.ts";

/** Between two looks for something new. */
const LOOK_MS = 500;
const PRUNE_MS = 60_000;
const BOARDS_MS = 1_000;

export interface EventDeskOptions {
  readonly pool: Pool;
  readonly tables: readonly TableConfig[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Null without Redis: the process need not be the whole house, since another may stand by. */
  readonly redis: RedisConnection | null;
}

/** What the desk has in Redis. */
interface InRedis {
  readonly stream: EventStream;
  readonly boards: LeaderBoards;
}

export class EventDesk {
  readonly #options: EventDeskOptions;
  readonly #outbox: Outbox;
  readonly #feed = new WinFeed();
  readonly #reader: FeedReader;
  readonly #inRedis: InRedis | null;
  readonly #totals: LeaderTotals;
  readonly #keeper: BoardKeeper;
  readonly #timers = new Set<Timer>();
  readonly #turns = new Set<Promise<void>>();
  /** The stream and the books were compared since Redis is there; null where they have to be. */
  #compared: Promise<void> | null = null;
  #closed = false;

  constructor(options: EventDeskOptions) {
    this.#options = options;
    const { clock, redis } = options;
    const now = () => clock.now();
    this.#outbox = new Outbox(options);
    this.#inRedis = redis && {
      stream: new EventStream(redis, [BOARDS_VERSION]),
      boards: new LeaderBoards(redis),
    };
    this.#totals = new LeaderTotals(options);
    this.#keeper = new BoardKeeper({ totals: this.#totals, now, stopping: () => this.#closed });
    const [stream, feed] = [this.#inRedis?.stream ?? null, this.#feed];
    this.#reader = new FeedReader({ stream, feed, books: winBooks({ ...options, now }), now });
    this.#again(LOOK_MS, () => this.tell());
    this.#again(PRUNE_MS, () => this.#outbox.prune(clock.now()));
    this.#again(LOOK_MS, () => this.read());
    this.#again(BOARDS_MS, () => this.keepBoards());
  }

  /** The big wins of the house, newest first. */
  get wins(): readonly Win[] {
    return this.#feed.wins;
  }

  /** Who won most. Throws the database's errors, and `BankUnavailableError`. */
  async leaders(period: Period): Promise<readonly LeaderRow[]> {
    const inRedis = await this.#leadersInRedis(period);
    return inRedis ?? this.#totals.best(period, this.#options.clock.now());
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
    let boards: LeaderBoards | null = null;
    try {
      boards = (await this.#following())?.boards ?? null;
    } finally {
      await this.#keeper.keep(boards);
    }
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

  /** Null where Redis does not say. Never rejects. */
  async #leadersInRedis(period: Period): Promise<readonly LeaderRow[] | null> {
    try {
      const inRedis = await this.#following();
      return (await inRedis?.boards.top(period)) ?? null;
    } catch (error) {
      if (!isPassing(error)) this.#options.redis?.failed(error, "the leaderboards");
      return null;
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
