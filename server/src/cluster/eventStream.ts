/**
 * The stream of events in Redis. An event's place is its id there, so that one that is told twice is
 * there once, and a reader knows what it has missed.
 */
import type { PlacedEvent } from "./houseEvents.ts";
import { isSameEnd, parseEvent, STREAM } from "./houseEvents.ts";
import type { RedisConnection } from "./redisConnection.ts";

/** Events that are kept; whoever is further behind begins anew. */
const KEPT = 500;

/** Every method throws `RedisAwayError`. */
export class EventStream {
  readonly #redis: RedisConnection;
  readonly #made: readonly string[];

  /** @param made keys of what is made from the events: it goes with a stream that told what did not happen */
  constructor(redis: RedisConnection, made: readonly string[]) {
    this.#redis = redis;
    this.#made = made;
  }

  /**
   * Begins the stream anew where it tells of another past, as once the database was restored to an
   * earlier time: `have` says whether the books have an event in its place.
   */
  async compare(have: (placed: PlacedEvent) => Promise<boolean>): Promise<void> {
    const [newest] = await this.newest(1);
    if (newest !== undefined && !(await have(newest))) await this.#beginAnew();
  }

  /** Adds events in their places; those that are there already stay. */
  async add(events: readonly PlacedEvent[]): Promise<void> {
    for (const placed of events) {
      if (await this.#append(placed)) continue;
      if (await this.#has(placed)) continue;
      await this.#beginAnew();
      await this.#append(placed);
    }
  }

  /** Events behind `seq`, oldest first; at most `most`. */
  async after(seq: number, most: number): Promise<readonly PlacedEvent[]> {
    const entries = await this.#redis.ask((client) =>
      client.xRange(STREAM, `(${seq}-0`, "+", { COUNT: most }),
    );
    return placedIn(entries ?? []);
  }

  /** The newest events, oldest first. */
  async newest(most: number): Promise<readonly PlacedEvent[]> {
    const entries = await this.#redis.ask((client) =>
      client.xRevRange(STREAM, "+", "-", { COUNT: most }),
    );
    return placedIn((entries ?? []).toReversed());
  }

  /** False where the stream is at this place already, or beyond. */
  async #append({ seq, event }: PlacedEvent): Promise<boolean> {
    const trim = { strategy: "MAXLEN", strategyModifier: "~", threshold: KEPT } as const;
    // Versions before take no event without results: who won most they told by them.
    const fields = { event: JSON.stringify({ ...event, results: [] }) };
    try {
      await this.#redis.ask((client) => client.xAdd(STREAM, `${seq}-0`, fields, { TRIM: trim }));
      return true;
    } catch (error) {
      if (error instanceof Error && /equal or smaller/.test(error.message)) return false;
      throw error;
    }
  }

  async #has({ seq, event }: PlacedEvent): Promise<boolean> {
    const id = `${seq}-0`;
    const found = await this.#redis.ask((client) => client.xRange(STREAM, id, id));
    const known = parseEvent(found?.[0]?.message["event"]);
    return known !== null && isSameEnd(known, event);
  }

  /** In one step: nobody makes something of it meanwhile. */
  async #beginAnew(): Promise<void> {
    await this.#redis.ask((client) => client.del([STREAM, ...this.#made]));
  }
}

function placedIn(
  entries: readonly { readonly id: string; readonly message: Record<string, unknown> }[],
): readonly PlacedEvent[] {
  return entries.flatMap(({ id, message }) => {
    const seq = Number.parseInt(id, 10);
    const event = parseEvent(message["event"]);
    return event === null ? [] : [{ seq, event }];
  });
}
