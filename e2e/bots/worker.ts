/** One thread of bots: brings them in, lets them play, sees them out, and reports. */
// Before the SDK, which takes its socket from the global scope when it is loaded.
import "./botSocket.ts";

import type { Histogram } from "node:perf_hooks";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Client } from "@colyseus/sdk";
import { withRetry } from "./api.ts";
import type { Me } from "./books.ts";
import { newestTransfer, readMe, readTransfers } from "./books.ts";
import { Bot } from "./bot.ts";
import { addressFor, botFetch } from "./network.ts";
import { createRandom } from "./random.ts";
import { grantsSince, ledgerFaults } from "./reconcile.ts";
import type { PlayerOutcome, WorkerMessage, WorkerOrders, WorkerResult } from "./results.ts";
import { GRACE_MS } from "./results.ts";
import type { Percentiles } from "./samples.ts";
import { createStrategy } from "./strategies.ts";
import { Tally } from "./tally.ts";

const LOOP_RESOLUTION_MS = 10;
const PROGRESS_MS = 200;
const BOOKS_AT_ONCE = 8;

interface Guest {
  readonly bot: Bot;
  readonly url: string;
  readonly token: string;
  readonly me: Me;
  /** The newest transfer at the start. */
  readonly since: number;
}

class Crew {
  readonly #orders: WorkerOrders;
  readonly #tally = new Tally();
  readonly #guests: Guest[] = [];
  /** Sooner than planned once the run was stopped. */
  readonly #retry: { until: number };
  readonly #graceMs: number;
  #stopped = false;

  constructor(orders: WorkerOrders) {
    this.#orders = orders;
    this.#graceMs = orders.graceMs ?? GRACE_MS;
    this.#retry = { until: orders.beginsAt + orders.options.durationMs + this.#graceMs };
  }

  get progress(): WorkerMessage {
    const { connected, accepted } = this.#tally;
    const seated = this.#guests.filter(({ bot }) => bot.seated).length;
    return { type: "progress", connected, seated, accepted };
  }

  /** Everyone comes in, plays, and leaves; resolves with what there is to report. */
  async run(stopped: Promise<unknown>): Promise<WorkerResult> {
    const { options, beginsAt, first } = this.#orders;
    const loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    loopDelay.enable();
    const entries: Promise<void>[] = [];
    for (let index = first; index < options.players; index += options.workers) {
      entries.push(this.#enter(index));
    }
    const churn = this.#churn();
    const enough = new AbortController();
    const playing = wait(beginsAt + options.durationMs - Date.now(), null, enough);
    await Promise.race([playing.catch(() => undefined), stopped]);
    enough.abort();
    this.#retry.until = Math.min(this.#retry.until, Date.now() + this.#graceMs);
    this.#stopped = true;
    clearInterval(churn);
    const deadline = wait(Math.max(0, this.#retry.until - Date.now()), null, { ref: false });
    await Promise.race([Promise.all(entries), deadline]);
    await Promise.all(this.#guests.map(({ bot }) => bot.finish(deadline)));
    loopDelay.disable();
    const players = await this.#readBooks();
    await Promise.all(this.#guests.map(({ bot }) => bot.leave()));
    return this.#result(players, loopDelay);
  }

  /** One bot's way in, at its moment of the ramp. */
  async #enter(index: number): Promise<void> {
    const { options, beginsAt, tables, spread } = this.#orders;
    const tally = this.#tally;
    const at = beginsAt + (index / options.players) * options.rampMs;
    await wait(Math.max(0, at - Date.now()));
    if (this.#stopped) return;
    try {
      const url = spread ? addressFor(options.url, index) : options.url;
      const client = new Client(url, { fetchFn: botFetch });
      const token = await this.#signIn(client, `Bot ${index + 1}`);
      const account = { url, token, ...this.#retry };
      const me = await readMe(account);
      const since = await newestTransfer(account);
      const random = createRandom(options.seed, index);
      const bot = new Bot({
        index,
        tableId: tables[index % tables.length] ?? "",
        client,
        random,
        strategy: createStrategy(options.strategy, random),
        tally,
        retry: this.#retry,
      });
      await bot.sit();
      tally.connected += 1;
      this.#guests.push({ bot, url, token, me, since });
    } catch (error) {
      tally.error(`bot ${index} did not get in: ${String(error)}`);
    }
  }

  async #signIn(client: Client, name: string): Promise<string> {
    // The SDK keeps one token for all its clients outside a browser: each bot begins without it.
    client.auth.token = "";
    const { token } = await withRetry(this.#retry, () => client.auth.signInAnonymously({ name }));
    return token;
  }

  /** Cuts connections at random, the given fraction of them a minute. */
  #churn(): NodeJS.Timeout {
    const { options, first } = this.#orders;
    const random = createRandom(options.seed, 0x7fffffff - first);
    const everyMs = 250;
    const probability = Math.min(1, (options.churn * everyMs) / 60_000);
    return setInterval(() => {
      for (const { bot } of this.#guests) if (random.chance(probability)) bot.cut();
    }, everyMs);
  }

  async #readBooks(): Promise<PlayerOutcome[]> {
    const outcomes: PlayerOutcome[] = [];
    const waiting = this.#guests.values();
    const reader = async (): Promise<void> => {
      for (const guest of waiting) {
        try {
          outcomes.push(await this.#outcomeOf(guest));
        } catch (error) {
          this.#tally.error(`the books of bot ${guest.bot.index}: ${String(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: BOOKS_AT_ONCE }, reader));
    return outcomes;
  }

  async #outcomeOf({ bot, url, token, me, since }: Guest): Promise<PlayerOutcome> {
    const account = { url, token, ...this.#retry };
    const { balance } = await readMe(account);
    const transfers = await readTransfers(account);
    const { journal, tableId } = bot;
    return {
      playerId: me.playerId,
      tableId,
      start: me.balance,
      end: balance,
      grants: grantsSince(transfers, since),
      rounds: journal.rounds,
      seed: journal.seed,
      faults: [...journal.faults, ...ledgerFaults(journal.operations, transfers)],
    };
  }

  #result(players: readonly PlayerOutcome[], loopDelay: Histogram): WorkerResult {
    const tally = this.#tally;
    return {
      players,
      sightings: tally.sightings.rounds,
      contradictions: tally.sightings.contradictions,
      ackMs: tally.ackMs.values,
      awayMs: tally.awayMs.values,
      delayMs: lateness(loopDelay),
      connected: tally.connected,
      dropped: tally.dropped,
      reconnected: tally.reconnected,
      sent: tally.sent,
      accepted: tally.accepted,
      refused: tally.refused,
      errors: tally.errors,
      errorCount: tally.errorCount,
    };
  }
}

/** What timers were late: the monitor tells the whole time between two of them. */
function lateness(delay: Histogram): Percentiles {
  const late = (ns: number): number => Math.max(0, Math.round(ns / 1e3) / 1e3 - LOOP_RESOLUTION_MS);
  const at = (percent: number): number => late(delay.percentile(percent));
  return { p50: at(50), p95: at(95), p99: at(99), max: late(delay.max) };
}

async function main(port: NonNullable<typeof parentPort>): Promise<void> {
  const crew = new Crew(workerData as WorkerOrders);
  const stopped = new Promise((resolve) => port.once("message", resolve));
  const progress = setInterval(() => port.postMessage(crew.progress), PROGRESS_MS);
  const result = await crew.run(stopped);
  clearInterval(progress);
  port.postMessage({ type: "done", result } satisfies WorkerMessage);
  port.close();
}

if (parentPort !== null) await main(parentPort);
