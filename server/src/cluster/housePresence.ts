/**
 * Colyseus' presence on Redis, for a house that goes on without it.
 *
 * Colyseus calls most of it without waiting for the answer, so a call that fails must not reject: it
 * is answered as an empty Redis would answer, within the time limit of its connection, and where that
 * was a bug the log says so. Topics are remembered whether Redis took them or not, and asked for again
 * with each connection.
 */
import { IpcProtocol } from "@colyseus/core/Protocol";
import { REMOTE_ROOM_SHORT_TIMEOUT } from "@colyseus/core/utils/Utils";
import { RedisPresence } from "@colyseus/redis-presence";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { within } from "../platform/within.ts";
import { soundMessage } from "./ipcShapes.ts";
import type { RedisHealth } from "./redisHealth.ts";
import type { ColyseusRedis } from "./supervise.ts";
import { endIfHanging, superviseConnection } from "./supervise.ts";

export interface HousePresenceOptions {
  readonly connection: object;
  readonly health: RedisHealth;
  readonly clock: Clock;
  readonly log: Logger;
}

type Callback = (...args: unknown[]) => void;

/** How the topic of a room begins, at which its process is asked for what the room knows. */
const ROOMS = "$";
/** How the topic begins at which an answer is waited for. */
const ANSWERS = "ipc:";
/** The framework waits no longer for an answer. */
const WAITED_FOR_MS = REMOTE_ROOM_SHORT_TIMEOUT;
/** What the framework says itself when an answer did not come in time. */
const NO_ANSWER = "ipc_timeout";

/** The topic at which the answer to a request is waited for. */
function answersTo(request: unknown): string {
  const [, requestId] = request as readonly [method: string, requestId: string, ...unknown[]];
  return ANSWERS + requestId;
}

export class HousePresence extends RedisPresence {
  readonly #options: HousePresenceOptions;
  /** Topics of answers that Redis was asked for in vain: the connection that hears was away. */
  readonly #deafTo = new Set<string>();
  /** Until Redis can be told something again; null where nobody waits for that. */
  #connecting: Promise<void> | null = null;
  #dropped = 0;

  constructor(options: HousePresenceOptions) {
    super(options.connection);
    this.#options = options;
    superviseConnection(this.pub, "presence", options);
    superviseConnection(this.sub, "subscriptions", options);
  }

  override async subscribe(topic: string, callback: Callback): Promise<this> {
    const heard = await this.#orElse<this | null>(super.subscribe(topic, callback), null);
    if (heard === null && topic.startsWith(ANSWERS)) this.#deafTo.add(topic);
    return this;
  }

  override async unsubscribe(topic: string, callback?: Callback): Promise<this> {
    this.#deafTo.delete(topic);
    await this.#orElse(super.unsubscribe(topic, callback), this);
    return this;
  }

  override async publish(topic: string, data: unknown): Promise<void> {
    const text = JSON.stringify(data === undefined ? false : data);
    if (topic.startsWith(ROOMS)) await this.#ask(topic, data, text);
    else if ((await this.#tell(topic, text)) === null && topic.startsWith(ANSWERS)) {
      // Somebody waits for it, and a seat may be kept meanwhile.
      const isBack = await within(this.#nextConnection(), WAITED_FOR_MS, this.#options.clock);
      if (isBack) await this.#tell(topic, text);
    }
  }

  override channels(pattern?: string): Promise<string[]> {
    return this.#orElse(super.channels(pattern), []);
  }

  override exists(key: string): Promise<boolean> {
    return this.#orElse(super.exists(key), false);
  }

  override hset(key: string, field: string, value: string): Promise<boolean> {
    return this.#orElse(super.hset(key, field, value), false);
  }

  override hdel(key: string, field: string): Promise<boolean> {
    return this.#orElse(super.hdel(key, field), false);
  }

  override hgetall(key: string): Promise<Record<string, string>> {
    return this.#orElse(super.hgetall(key), {});
  }

  /** Whether both connections answer; one that hangs is ended, and connects anew. */
  async probe(): Promise<void> {
    const { health } = this.#options;
    const probe = (connection: ColyseusRedis) =>
      connection.ping().catch((error: unknown) => endIfHanging(connection, error, health));
    await Promise.all([this.pub, this.sub].map(probe));
  }

  override shutdown(): void {
    this.sub.disconnect();
    this.pub.disconnect();
  }

  protected override resubscribeAll(): void {
    const topics = this.subscriptions.eventNames().map(String);
    if (topics.length === 0) return;
    // Where this fails the connection does, and the next one asks again.
    this.sub.subscribe(...topics).catch((error: unknown) => {
      this.#options.health.failed(error, "hearing topics again");
      this.sub.disconnect(true);
    });
  }

  protected override handleSubscription = (channel: string, text: string): void => {
    if (!this.#options.health.isOurs) return;
    const message = soundMessage(channel, text);
    if (message !== undefined) {
      this.subscriptions.emit(channel, message);
      return;
    }
    this.#dropped += 1;
    // The first, the tenth, the hundredth: whoever floods a channel does not flood the log.
    if (!Number.isInteger(Math.log10(this.#dropped))) return;
    this.#options.log.warn(
      { channel, dropped: this.#dropped },
      "a message in Redis is none of ours",
    );
  };

  /**
   * Of a room whose process is gone, and which may run elsewhere already, or where Redis is away: whoever
   * asks is to ask again, and not to wait for an answer that nobody gives or hears.
   */
  async #ask(topic: string, request: unknown, text: string): Promise<void> {
    const answers = answersTo(request);
    // A seat that is given where nobody hears of it stays reserved for nobody.
    const heardBy = await (this.#deafTo.has(answers) ? null : this.#tell(topic, text));
    if (heardBy === null || heardBy === 0) {
      this.subscriptions.emit(answers, [IpcProtocol.ERROR, NO_ANSWER]);
    }
  }

  /** By how many it was heard; null where Redis could not be told. */
  #tell(topic: string, text: string): Promise<number | null> {
    return this.#orElse<number | null>(this.pub.publish(topic, text), null);
  }

  /** Resolves when Redis can be told something again. */
  #nextConnection(): Promise<void> {
    this.#connecting ??= new Promise<void>((resolve) => this.pub.once("ready", () => resolve()));
    return this.#connecting.finally(() => {
      this.#connecting = null;
    });
  }

  async #orElse<Answer>(call: Promise<Answer>, otherwise: Answer): Promise<Answer> {
    try {
      return await call;
    } catch (error) {
      // The connection's failure is told by its supervision, and tried again with its next one.
      this.#options.health.failed(error, "presence");
      return otherwise;
    }
  }
}
