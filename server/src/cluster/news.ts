/**
 * Fleeting news between the processes of a house: what is missed is told again soon, or heals by
 * itself. Who tells is believed as far as the shape of the news goes, and no further.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Logger } from "../platform/log.ts";
import type { RedisConnection } from "./redisConnection.ts";

/** Characters of one piece of news. */
const LONGEST = 262_144;

const envelope = z.object({ from: z.string().max(64), news: z.unknown() });

export class News {
  readonly #connection: Pick<RedisConnection, "hear" | "missed" | "publish">;
  readonly #log: Logger;
  readonly #from = randomUUID();
  #dropped = 0;

  constructor(connection: Pick<RedisConnection, "hear" | "missed" | "publish">, log: Logger) {
    this.#connection = connection;
    this.#log = log;
  }

  /** Answers whether Redis took it; where it did not, nobody hears of it. Never rejects. */
  tell(topic: string, news: unknown): Promise<boolean> {
    return this.#connection.publish(channelOf(topic), JSON.stringify({ from: this.#from, news }));
  }

  /** Calls back whenever news are heard again, after a time in which some may have been missed. */
  missed(listener: () => void): void {
    this.#connection.missed(listener);
  }

  /** Hears what other processes tell, where it has that shape. */
  hear<Shape>(topic: string, shape: z.ZodType<Shape>, listener: (news: Shape) => void): void {
    this.#connection.hear(channelOf(topic), (text) => {
      const told = envelope.safeParse(parsed(text));
      if (told.success && told.data.from === this.#from) return;
      const news = shape.safeParse(told.data?.news);
      if (news.success) listener(news.data);
      else this.#drop(topic);
    });
  }

  #drop(topic: string): void {
    this.#dropped += 1;
    // The first, the tenth, the hundredth: whoever floods a channel does not flood the log.
    if (!Number.isInteger(Math.log10(this.#dropped))) return;
    this.#log.warn({ topic, dropped: this.#dropped }, "news in Redis is none of ours");
  }
}

function channelOf(topic: string): string {
  return `croupier:news:${topic}`;
}

function parsed(text: string): unknown {
  if (text.length > LONGEST) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
