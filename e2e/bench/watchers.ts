/**
 * Players who only sit and watch, some at each table, and come back as bots do: how long each of them
 * was out when its table went on elsewhere.
 */
import { Client } from "@colyseus/sdk";
import type { Retry } from "../bots/api.ts";
import { botFetch } from "../bots/network.ts";
import { Presence } from "../bots/presence.ts";
import { Tally } from "../bots/tally.ts";
import type { Stage } from "../trials/stage.ts";
import { until } from "../trials/stage.ts";

/** For whatever is tried again: longer than any run, and shorter once it ends. */
interface Patience extends Retry {
  until: number;
}

const LONGEST_MS = 24 * 60 * 60 * 1000;
const SILENT = {
  state: () => undefined,
  seat: () => undefined,
  settled: () => undefined,
  voided: () => undefined,
  balance: () => undefined,
};

interface Watcher {
  readonly tableId: string;
  readonly presence: Presence;
  /** Of this watcher alone. */
  readonly tally: Tally;
}

/** Some of the watchers, from the moment on at which they were asked for. */
export interface Watched {
  /**
   * Resolves once each of them was out and has its seat again; with how long each was out, in
   * milliseconds: from the news that its table goes, or the loss of its connection, on.
   */
  untilBack(withinMs: number): Promise<readonly number[]>;
}

export class Watchers implements AsyncDisposable {
  readonly #patience: Patience = { until: Date.now() + LONGEST_MS };
  #watchers: readonly Watcher[] = [];

  /** Resolves once `each` watchers sit at each of the stage's tables. */
  static async enter({ cluster, tableIds }: Stage, each: number): Promise<Watchers> {
    const watchers = new Watchers();
    const seats = tableIds.flatMap((tableId) => Array<string>(each).fill(tableId));
    watchers.#watchers = await Promise.all(
      seats.map((tableId, index) => watchers.#sitDown(cluster.url, tableId, index + 1)),
    );
    return watchers;
  }

  /** Those at these tables. */
  at(tables: readonly string[]): Watched {
    const watchers = this.#watchers.filter(({ tableId }) => tables.includes(tableId));
    const before = new Map(watchers.map((watcher) => [watcher, outsOf(watcher).length]));
    const news = (watcher: Watcher) => outsOf(watcher).slice(before.get(watcher));
    const isBack = (watcher: Watcher): boolean =>
      news(watcher).length > 0 && watcher.presence.seated;
    return {
      untilBack: async (withinMs) => {
        await until("every watcher's return", () => watchers.every(isBack), { withinMs });
        return watchers.flatMap(news);
      },
    };
  }

  /** What went wrong for them; empty where nothing did. */
  get faults(): readonly string[] {
    return this.#watchers.flatMap(({ tableId, tally }) =>
      tally.errors.map((error) => `a watcher of ${tableId}: ${error}`),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#patience.until = 0;
    await Promise.all(this.#watchers.map(({ presence }) => presence.leave()));
  }

  async #sitDown(url: string, tableId: string, number: number): Promise<Watcher> {
    const client = new Client(url, { fetchFn: botFetch });
    client.auth.token = "";
    await client.auth.signInAnonymously({ name: `Watcher ${number}` });
    const tally = new Tally();
    const retry = this.#patience;
    const presence = new Presence({
      client,
      tableId,
      tally,
      retry,
      events: SILENT,
      sat: () => undefined,
    });
    await presence.sit();
    return { tableId, presence, tally };
  }
}

const outsOf = ({ tally }: Watcher): readonly number[] => [...tally.awayMs.values];
