/** Loads on a table, from everyone who sits there. */
import { setTimeout as wait } from "node:timers/promises";
import { layoutOf } from "@croupier/shared/core/spots";
import type { Load, LoopAnswer } from "./orders.ts";
import type { Sitter } from "./sitters.ts";

/** Player `index` bets on a place of its own, so that nobody's limits are reached. */
const { spots } = layoutOf("european");
/** A refused player of a closed loop waits for so long. */
const REFUSED_MS = 50;

let made = 0;

/** What was asked from some moment on, and how it went. */
class Tally {
  readonly #from: number;
  readonly #latencies: number[] = [];
  readonly #over = Promise.withResolvers<LoopAnswer>();
  readonly #refused: string[] = [];
  #underWay = 0;
  #isClosed = false;

  /** What was due before `from`, epoch milliseconds, is not counted. */
  constructor(from = epochMs()) {
    this.#from = from;
    // Who closes the tally hears of it.
    this.#over.promise.catch(() => undefined);
  }

  /** Sends one request; its latency counts from `since`, epoch milliseconds. False: refused. */
  async ask(sitter: Sitter, payload: object | null, since: number): Promise<boolean> {
    this.#underWay += 1;
    try {
      await sitter.room.request(payload === null ? "time" : "bet", payload ?? {});
      if (since >= this.#from) this.#latencies.push(epochMs() - since);
      return true;
    } catch (error) {
      const { name, reason } = error as { name?: string; reason?: { code?: unknown } };
      if (name !== "rejected") this.#over.reject(error);
      this.#refused.push(String(reason?.code));
      return false;
    } finally {
      this.#underWay -= 1;
      this.#look();
    }
  }

  /**
   * Nothing more is asked: resolves once all of it was answered. Requests are counted, not kept: ten
   * thousand promises that wait for the end would be copied at each collection of the crowd's garbage.
   */
  close(): Promise<LoopAnswer> {
    this.#isClosed = true;
    this.#look();
    return this.#over.promise;
  }

  #look(): void {
    if (!this.#isClosed || this.#underWay > 0) return;
    const latencies = this.#latencies;
    const [answered, refused] = [latencies.length, this.#refused];
    this.#over.resolve({ answered, refused, latencies, from: this.#from, until: epochMs() });
  }
}

const epochMs = (): number => performance.timeOrigin + performance.now();

/** A bet under a new op on `count` spots. */
function betOf(index: number, count = 1): object {
  made += 1;
  // 11 has no factor in common with the felt's number of spots.
  const places = Array.from({ length: count }, (_, place) => index + place * 11);
  const chips = places.map((place) => [spots[place % spots.length]?.id, 1]);
  return { op: `c${made}`, chips };
}

/** Everyone sends the next bet as soon as the last one is answered. */
export async function closedLoop(sitters: readonly Sitter[], forMs: number): Promise<LoopAnswer> {
  const tally = new Tally();
  const endsAt = epochMs() + forMs;
  const play = async (sitter: Sitter, index: number) => {
    while (epochMs() < endsAt) {
      const accepted = await tally.ask(sitter, betOf(index), epochMs());
      if (!accepted) await wait(REFUSED_MS);
    }
  };
  await Promise.all(sitters.map(play));
  return tally.close();
}

export interface OpenLoop {
  readonly load: Load;
  readonly perSecond: number;
  /** Before what is counted, under the same load. */
  readonly warmMs: number;
  readonly forMs: number;
}

/**
 * Requests at random moments (exponentially apart), whatever has been answered; everyone in turn, so
 * that no player waits behind an operation of their own.
 */
export async function openLoop(
  sitters: readonly Sitter[],
  { load, perSecond, warmMs, forMs }: OpenLoop,
): Promise<LoopAnswer> {
  const countsFrom = epochMs() + warmMs;
  const tally = new Tally(countsFrom);
  const endsAt = countsFrom + forMs;
  const nextAfter = (at: number): number => at - (Math.log(1 - Math.random()) * 1_000) / perSecond;
  let dueAt = nextAfter(epochMs());
  for (let turn = 0; dueAt < endsAt; ) {
    await wait(Math.max(0, dueAt - epochMs()));
    for (const now = epochMs(); dueAt <= now && dueAt < endsAt; turn += 1) {
      const index = turn % sitters.length;
      const sitter = sitters[index];
      if (sitter === undefined) throw new Error("nobody sits here");
      void tally.ask(sitter, load === "time" ? null : betOf(index), dueAt);
      dueAt = nextAfter(dueAt);
    }
  }
  return tally.close();
}

/** One bet of each player on `count` spots, evenly over some time. */
export async function betAll(
  sitters: readonly Sitter[],
  { count, overMs }: { count: number; overMs: number },
): Promise<LoopAnswer> {
  const tally = new Tally();
  const from = epochMs();
  for (const [index, sitter] of sitters.entries()) {
    const dueAt = from + (index * overMs) / sitters.length;
    const earlyMs = dueAt - epochMs();
    if (earlyMs > 1) await wait(earlyMs);
    void tally.ask(sitter, betOf(index, count), dueAt);
  }
  return tally.close();
}
