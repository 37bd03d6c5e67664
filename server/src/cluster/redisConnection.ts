/** The project's own connection to Redis: what is asked over it is answered in time, or fails. */
import { createClient } from "redis";
import type { Clock } from "../platform/clock.ts";
import { within } from "../platform/within.ts";
import type { RedisAddress } from "./redisAddress.ts";
import { CONNECTS_MS, REDIS_ANSWERS_MS, reconnectPauseMs } from "./redisAddress.ts";
import type { RedisFailure, RedisHealth } from "./redisHealth.ts";
import { failureOf, RedisAwayError } from "./redisHealth.ts";
import { BEFORE_HELLO, muchTooOld } from "./redisVersion.ts";

/** Commands on their way; beyond it they fail at once. */
const MOST_COMMANDS = 10_000;
/** A connection that says nothing for so long is a new one. */
const SILENT_MS = 2_500;
const PING_MS = 1_000;

export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  readonly health: RedisHealth;
  readonly clock: Clock;
  /** Uniform in 0…1. */
  readonly random: () => number;
}

type Client = ReturnType<typeof clientOf>;

const NAME = "events";

export class RedisConnection {
  readonly #options: RedisConnectionOptions;
  readonly #client: Client;
  readonly #channels = new Map<string, (text: string) => void>();
  readonly #subscribed = new Set<string>();
  readonly #connecting = new Set<() => void>();
  readonly #missing = new Set<() => void>();
  /** Until then nothing more is asked, because a question takes too long; epoch milliseconds. */
  #silentUntil = 0;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.#client = clientOf(options);
    const { health } = options;
    health.expect(NAME);
    this.#client.on("ready", () => {
      health.ready(NAME);
      void this.#hearAgain();
    });
    this.#client.on("error", (error: unknown) => {
      if (this.#client.isReady) {
        // Redis refuses the client's ping: the connection stays, so no new one would end an outage.
        this.failed(error, "a sign of life");
        return;
      }
      if (error instanceof Error && BEFORE_HELLO.test(error.message)) {
        health.expect(NAME);
        health.found(muchTooOld());
        return;
      }
      health.lost(NAME, error);
      // What comes back may be another house's by then.
      health.doubtClaim();
    });
    // It tries for as long as it takes; what it fails with is told as it happens.
    this.#client.connect().catch(() => undefined);
  }

  /** Whether Redis is there, whosever it is. */
  get isConnected(): boolean {
    return this.#client.isReady;
  }

  get isReady(): boolean {
    return this.#client.isReady && this.#options.health.isOurs;
  }

  /**
   * Throws {@link RedisAwayError} where Redis is away, refuses, or does not answer in time; and what
   * else there is, which is a bug. Of several questions that follow one another only the first waits
   * for a Redis that hangs.
   */
  async ask<Answer>(work: (client: Client) => Promise<Answer>): Promise<Answer> {
    if (!this.#options.health.isOurs) throw new RedisAwayError("Redis is not this house's");
    return this.askAnyway(work);
  }

  /** The same, where Redis may be another house's. */
  async askAnyway<Answer>(work: (client: Client) => Promise<Answer>): Promise<Answer> {
    const { clock } = this.#options;
    if (!this.#client.isReady) throw new RedisAwayError("Redis is away");
    if (clock.now() < this.#silentUntil) throw new RedisAwayError("Redis has yet to answer");
    const asking = work(this.#client);
    if (!(await within(asking, REDIS_ANSWERS_MS, clock))) {
      // By then the connection has ended, if nothing was heard over it.
      this.#silentUntil = clock.now() + SILENT_MS;
      const heard = () => {
        this.#silentUntil = 0;
      };
      asking.then(heard, heard);
      throw new RedisAwayError("Redis does not answer");
    }
    return asking.catch((error: unknown) => {
      if (failureOf(error) === "bug") throw error;
      this.failed(error, "a question");
      throw new RedisAwayError("Redis went away, or refuses", { cause: error });
    });
  }

  /** For what nobody waits for; see {@link RedisHealth.failed}. */
  failed(error: unknown, what: string): RedisFailure {
    return this.#options.health.failed(error, what);
  }

  /** Hears what is published, from now on and after each new connection. */
  hear(channel: string, listener: (text: string) => void): void {
    this.#channels.set(channel, listener);
    if (this.#client.isReady) void this.#subscribe(channel);
  }

  /** Calls back with each new connection, whosever Redis it leads to. */
  connected(listener: () => void): void {
    this.#connecting.add(listener);
  }

  /** Calls back whenever it hears again, after a time in which it may have missed something. */
  missed(listener: () => void): void {
    this.#missing.add(listener);
  }

  /** What is heard counts from now on: where Redis has to be claimed, whoever claims it says so. */
  hearsAgain(): void {
    for (const listener of this.#missing) listener();
  }

  /** Answers whether Redis took it; what is published while it is away is lost. Never rejects. */
  async publish(channel: string, text: string): Promise<boolean> {
    if (!this.isReady) return false;
    try {
      await this.#client.publish(channel, text);
      return true;
    } catch (error) {
      this.failed(error, "publishing news");
      return false;
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #hearAgain(): Promise<void> {
    await Promise.all([...this.#channels.keys()].map((channel) => this.#subscribe(channel)));
    for (const listener of this.#connecting) listener();
    if (this.#options.health.isOurs) this.hearsAgain();
  }

  async #subscribe(channel: string): Promise<void> {
    const listener = this.#channels.get(channel);
    // Once a channel: the client subscribes again by itself, before it is ready.
    if (listener === undefined || this.#subscribed.has(channel)) return;
    try {
      await this.#client.subscribe(channel, (text) => {
        if (this.#options.health.isOurs) listener(text);
      });
      this.#subscribed.add(channel);
    } catch (error) {
      // The next connection tries again.
      this.failed(error, "hearing news");
    }
  }
}

function clientOf({ address, random }: RedisConnectionOptions) {
  const { host, port, db, tls, ...who } = address;
  const reconnectStrategy = (retries: number) => reconnectPauseMs(retries, random);
  const bounds = { connectTimeout: CONNECTS_MS, socketTimeout: SILENT_MS, reconnectStrategy };
  return createClient({
    ...who,
    database: db,
    socket:
      tls === undefined ? { host, port, ...bounds } : { host, port, tls: true as const, ...bounds },
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_COMMANDS,
    pingInterval: PING_MS,
    disableClientInfo: true,
    maintNotifications: "disabled",
  });
}
