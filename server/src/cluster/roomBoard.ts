/**
 * The rooms of all processes in Redis, where each process announces its own.
 *
 * A listing counts as long as its process shows that it lives, by a key that ends by itself; so the
 * rooms of a process that was killed are gone within seconds, whoever looks. Each beat writes this
 * process's listings and its sign of life again, which is also what brings them back after Redis was
 * flushed or away, and it takes away the listings of the dead.
 *
 * None of it decides who runs a table: that is the lease. Where two processes announce the same room,
 * the one that has lost its lease is about to close it.
 */
import type { IRoomCache } from "@colyseus/core";
import { parseListing } from "./listing.ts";
import { failureOf } from "./redisHealth.ts";
import type { ColyseusRedis } from "./supervise.ts";

/** Between two beats. */
export const BEAT_MS = 1_000;
/** How long a sign of life counts: some beats may be late. */
const LIFE_MS = 3_000;

/** Where Colyseus keeps listings, and how many rooms each process has. */
const ROOMS = "roomcaches";
const COUNTS = "roomcount";

/** Takes those listings away that are of this process still. */
const REMOVE_OWN = `
for _, roomId in ipairs(ARGV) do
  if roomId ~= ARGV[1] then
    local listing = redis.call('HGET', KEYS[1], roomId)
    if listing and string.find(listing, '"processId":"' .. ARGV[1] .. '"', 1, true) then
      redis.call('HDEL', KEYS[1], roomId)
    end
  end
end`;

const signOf = (processId: string): string => `croupier:lives:${processId}`;

/** Every method throws what the connection throws, within its time limit. */
export class RoomBoard {
  readonly #redis: ColyseusRedis;
  readonly #living: (processIds: readonly string[]) => Promise<ReadonlySet<string>>;

  /** `living`: those of the processes that live; by their signs in Redis where it is not given. */
  constructor(
    redis: ColyseusRedis,
    living?: (processIds: readonly string[]) => Promise<ReadonlySet<string>>,
  ) {
    this.#redis = redis;
    this.#living = living ?? ((processIds) => this.#withSigns(processIds));
  }

  /** Writes rooms of `processId`, and its sign of life: without it they would not count. */
  async write(processId: string, rooms: readonly IRoomCache[]): Promise<void> {
    const fields = rooms.flatMap((room) => [room.roomId, JSON.stringify(room)]);
    await Promise.all([
      this.#showLife(processId),
      ...(fields.length === 0 ? [] : [this.#redis.hset(ROOMS, ...fields)]),
    ]);
  }

  /** Removes listings of `processId`, and not those that somebody else has written in their place. */
  async remove(processId: string, roomIds: readonly string[]): Promise<void> {
    if (roomIds.length === 0) return;
    await this.#redis.eval(REMOVE_OWN, 1, ROOMS, processId, ...roomIds);
  }

  /** The rooms of living processes. */
  async all(): Promise<readonly IRoomCache[]> {
    return this.#alive(listingsIn(Object.values(await this.#redis.hgetall(ROOMS))));
  }

  /** Those of the rooms that a living process has. */
  async find(roomIds: readonly string[]): Promise<readonly IRoomCache[]> {
    if (roomIds.length === 0) return [];
    return this.#alive(listingsIn(await this.#redis.hmget(ROOMS, ...roomIds)));
  }

  /** Shows that `processId` lives and has these rooms and no others; forgets the dead. */
  async beat(processId: string, rooms: readonly IRoomCache[]): Promise<void> {
    const [found, counted] = await Promise.all([
      this.#redis.hgetall(ROOMS),
      this.#redis.hkeys(COUNTS),
      this.write(processId, rooms),
    ]);
    const own = new Set(rooms.map(({ roomId }) => roomId));
    const others = listingsIn(Object.values(found)).filter(({ roomId }) => !own.has(roomId));
    const byProcess = Map.groupBy(others, (room) => room.processId);
    const living = new Set(await this.#living([...new Set([...byProcess.keys(), ...counted])]));
    // What is here under this process's name, and is not among its rooms, is of the past.
    living.delete(processId);
    for (const [owner, left] of byProcess) {
      if (living.has(owner)) continue;
      await this.remove(
        owner,
        left.map(({ roomId }) => roomId),
      );
    }
    const dead = counted.filter((counter) => counter !== processId && !living.has(counter));
    if (dead.length > 0) await this.#redis.hdel(COUNTS, ...dead);
  }

  /** Ends the sign of life, and takes the rooms away. */
  async leave(processId: string, roomIds: readonly string[]): Promise<void> {
    await Promise.all([
      this.#redis.del(signOf(processId)),
      this.#redis.hdel(COUNTS, processId),
      this.remove(processId, roomIds),
    ]);
  }

  async #showLife(processId: string): Promise<void> {
    const sign = signOf(processId);
    try {
      await this.#redis.set(sign, "1", "PX", LIFE_MS);
    } catch (error) {
      // A Redis that is full takes this all the same: what is announced goes on to be found.
      if (failureOf(error) === "refused") await this.#redis.pexpire(sign, LIFE_MS);
      throw error;
    }
  }

  async #alive(rooms: readonly IRoomCache[]): Promise<readonly IRoomCache[]> {
    if (rooms.length === 0) return [];
    const living = await this.#living([...new Set(rooms.map(({ processId }) => processId))]);
    return rooms.filter(({ processId }) => living.has(processId));
  }

  async #withSigns(processIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (processIds.length === 0) return new Set();
    const signs = await this.#redis.mget(...processIds.map(signOf));
    return new Set(processIds.filter((_, at) => signs[at] !== null));
  }
}

function listingsIn(texts: readonly (string | null)[]): IRoomCache[] {
  return texts.map(parseListing).filter((room) => room !== null);
}
