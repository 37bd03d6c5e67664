/**
 * Colyseus' matchmaking driver on Redis, for a house that goes on without it.
 *
 * This process's own rooms are kept here as well, and whatever is asked or written about them is done
 * at once: a seat at a table that runs here never waits for Redis. What changed is announced in the
 * background, and all of it again with each beat. Only rooms of other processes are looked up there.
 */
import type { IRoomCache, SortOptions } from "@colyseus/core";
import { RedisDriver } from "@colyseus/redis-driver";
import { Query } from "@colyseus/redis-driver/Query";
import type { Clock, Timer } from "../platform/clock.ts";
import type { RedisHealth } from "./redisHealth.ts";
import { failureOf, RedisAwayError } from "./redisHealth.ts";
import { BEAT_MS, RoomBoard } from "./roomBoard.ts";
import type { ColyseusRedis } from "./supervise.ts";
import { endIfHanging, superviseConnection } from "./supervise.ts";

export interface HouseDriverOptions {
  readonly connection: object;
  readonly health: RedisHealth;
  readonly clock: Clock;
  /** The name that this process's rooms are listed under; it has none before it has rooms. */
  readonly processId: () => string | undefined;
  /** Rooms that every process has one of its own of; they are not announced. */
  readonly staysHome: (room: IRoomCache) => boolean;
  /** Those of these processes that live; see {@link RoomBoard}. */
  readonly living?: (processIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** In the health, beside the connections. */
const BEATS = "signs of life";

type Operations = Parameters<RedisDriver["update"]>[1];

export class HouseDriver extends RedisDriver {
  readonly #options: HouseDriverOptions;
  readonly #redis: ColyseusRedis;
  readonly #board: RoomBoard;
  readonly #own = new Map<string, IRoomCache>();
  readonly #changed = new Set<string>();
  #writing = false;
  #beating: Promise<void> | null = null;
  #timer: Timer | null = null;
  #closed = false;

  constructor(options: HouseDriverOptions) {
    super(options.connection);
    this.#options = options;
    this.#redis = this["_client"];
    this.#board = new RoomBoard(this.#redis, options.living);
    superviseConnection(this.#redis, "driver", options);
    this.#redis.on("ready", () => void this.beat());
    this.#schedule();
  }

  override async has(roomId: string): Promise<boolean> {
    return (await this.findByIds([roomId])).has(roomId);
  }

  /** Of rooms elsewhere: throws {@link RedisAwayError}. */
  override async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    const found = new Map<string, IRoomCache>();
    for (const roomId of roomIds) {
      const room = this.#own.get(roomId);
      if (room !== undefined) found.set(roomId, room);
    }
    const elsewhere = roomIds.filter((roomId) => !found.has(roomId));
    for (const room of await this.#ask(this.#board.find(elsewhere))) found.set(room.roomId, room);
    return found;
  }

  /** Of rooms elsewhere: throws {@link RedisAwayError}. */
  override async findOne(
    conditions: Partial<IRoomCache>,
    sortOptions?: SortOptions,
  ): Promise<IRoomCache> {
    const { roomId } = conditions;
    // The framework's type does not say it, but there may be none.
    if (roomId !== undefined) return (await this.findByIds([roomId])).get(roomId) as IRoomCache;
    return (await this.query(conditions, sortOptions))[0] as IRoomCache;
  }

  /** Without Redis: this process's own rooms. */
  override async query(
    conditions: Partial<IRoomCache>,
    sortOptions?: SortOptions,
  ): Promise<IRoomCache[]> {
    const announced = await this.#ask(this.#board.all()).catch((error: unknown) => {
      if (error instanceof RedisAwayError) return [];
      throw error;
    });
    const elsewhere = announced.filter(({ roomId }) => !this.#own.has(roomId));
    const rooms = Promise.resolve([...this.#own.values(), ...elsewhere]);
    const query = new Query<IRoomCache>(rooms, conditions);
    if (sortOptions !== undefined) query.sort(sortOptions);
    return query.all();
  }

  override async update(room: IRoomCache, { $set, $inc }: Operations): Promise<boolean> {
    Object.assign(room, $set);
    const sums = room as unknown as Record<string, number>;
    for (const [field, change] of Object.entries($inc ?? {})) {
      sums[field] = (sums[field] ?? 0) + Number(change);
    }
    return this.persist(room);
  }

  override async persist(room: IRoomCache, create = false): Promise<boolean> {
    // A room that has ended may still be counting who leaves.
    if (!create && !this.#own.has(room.roomId)) return false;
    this.#own.set(room.roomId, room);
    if (this.#options.staysHome(room)) return true;
    this.#changed.add(room.roomId);
    void this.#announce();
    return true;
  }

  override async remove(roomId: string): Promise<boolean> {
    this.#changed.delete(roomId);
    const was = this.#own.delete(roomId);
    if (was) void this.#withdraw([roomId]);
    return was;
  }

  /** Whoever is gone is found out by the beats. */
  override async cleanup(processId: string): Promise<void> {
    if (processId !== this.#options.processId()) return;
    const roomIds = [...this.#own.keys()];
    this.#own.clear();
    await this.#withdraw(roomIds);
  }

  /** Announces everything now, and from then on in its time. Never rejects. */
  beat(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#timer?.cancel();
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = null;
      this.#schedule();
    });
    return this.#beating;
  }

  override async shutdown(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#beating;
    const processId = this.#options.processId();
    const roomIds = [...this.#own.keys()];
    // Where it cannot be told, the sign of life ends by itself.
    if (processId !== undefined) {
      await this.#board
        .leave(processId, roomIds)
        .catch((error: unknown) => this.#failed(error, "leaving the rooms' board"));
    }
    this.#redis.disconnect();
  }

  async #beat(): Promise<void> {
    const { health } = this.#options;
    const processId = this.#options.processId();
    if (processId === undefined || !health.isOurs) return;
    try {
      await this.#board.beat(processId, this.#announced());
      health.ready(BEATS);
    } catch (error) {
      // Others may not find this process's rooms: that is as if Redis were away.
      if (failureOf(error) === "refused") health.refused(BEATS, error);
      // The next connection begins with a beat.
      else endIfHanging(this.#redis, error, health);
    }
  }

  /** One write at a time: what changes meanwhile goes with the next one. */
  async #announce(): Promise<void> {
    const processId = this.#options.processId();
    if (this.#writing || processId === undefined) return;
    this.#writing = true;
    try {
      while (this.#changed.size > 0) {
        const rooms = this.#announced().filter(({ roomId }) => this.#changed.has(roomId));
        this.#changed.clear();
        await this.#board.write(processId, rooms);
      }
    } catch (error) {
      // The next beat writes them all.
      this.#changed.clear();
      this.#failed(error, "announcing rooms");
    } finally {
      this.#writing = false;
    }
  }

  /** Where this fails the next beat finds what is left. */
  async #withdraw(roomIds: readonly string[]): Promise<void> {
    const processId = this.#options.processId();
    if (processId === undefined) return;
    await this.#board
      .remove(processId, roomIds)
      .catch((error: unknown) => this.#failed(error, "withdrawing rooms"));
  }

  #announced(): readonly IRoomCache[] {
    return [...this.#own.values()].filter((room) => !this.#options.staysHome(room));
  }

  async #ask<Answer>(asking: Promise<Answer>): Promise<Answer> {
    try {
      return await asking;
    } catch (error) {
      if (failureOf(error) === "bug") throw error;
      this.#failed(error, "finding rooms");
      throw new RedisAwayError("Redis does not answer, or refuses", { cause: error });
    }
  }

  #failed(error: unknown, what: string): void {
    this.#options.health.failed(error, what);
  }

  #schedule(): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.at(clock.now() + BEAT_MS, () => void this.beat());
  }
}
