/**
 * Two players who sit at every table, one on red and one on black: unless zero comes, one of them wins
 * big. What they have, and who won, has to be the same wherever one looks, whichever process one asks.
 */
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Room } from "@colyseus/sdk";
import { Client } from "@colyseus/sdk";
import { botFetch } from "../bots/network.ts";
import { refusalOf } from "../bots/seat.ts";
import { OverdueError } from "../faults/wait.ts";
import type { Stage } from "./stage.ts";
import { until } from "./stage.ts";

/** Chips on one side: what it wins is told to everyone. */
const BIG = 1_000;
/** Zero may come, but not so often in a row. */
const MOST_ROUNDS = 6;
const PAUSE_MS = 50;
const REQUEST_MS = 3_000;
const SETTLED_MS = 15_000;
const TELLING = ["seat", "balance", "settled", "voided"] as const;

interface Witness {
  readonly side: "red" | "black";
  readonly token: string;
  readonly rooms: ReadonlyMap<string, Room>;
  /** By table: the last balance that was told there. */
  readonly told: ReadonlyMap<string, number>;
}

interface Settled {
  readonly round: number;
  readonly net: number;
}

interface Win {
  readonly tableId: string;
  readonly round: number;
  readonly net: number;
}

export class Witnesses implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #all: readonly Witness[];
  /** The last one of theirs. */
  #win: Win | null = null;
  #bets = 0;

  private constructor(stage: Stage, all: readonly Witness[]) {
    this.#stage = stage;
    this.#all = all;
  }

  /** They leave with the stage. */
  static async enter(stage: Stage): Promise<Witnesses> {
    const both = await Promise.all([enter(stage, "red"), enter(stage, "black")]);
    return stage.keep(new Witnesses(stage, both));
  }

  /** Both bet at the table, until one of them has won. */
  async winAt(tableId: string): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const both = await Promise.all(this.#all.map((witness) => this.#play(witness, tableId)));
      const won = both.find(({ net }) => net >= BIG);
      if (won === undefined) continue;
      this.#win = { ...won, tableId };
      return;
    }
    throw new OverdueError(`nobody won at ${tableId} in ${MOST_ROUNDS} rounds`);
  }

  /** Resolves once every room of each has told what they have, and every process who won. */
  async untilSame(what: string, withinMs: number): Promise<void> {
    await until(`the same balances ${what}`, () => this.#sameBalances(), { withinMs });
    await this.untilWins(what, withinMs);
  }

  /** Resolves once every process tells of the same wins, and of their last one among them. */
  async untilWins(what: string, withinMs: number): Promise<void> {
    const isSo = async () => {
      const lists = await Promise.all(this.#stage.processes.map(({ url }) => winsAt(url)));
      const isTold = lists.every((list) => list.some((win) => isSame(win, this.#win)));
      return isTold && lists.every((list) => isDeepStrictEqual(list, lists[0]));
    };
    await until(`the same wins ${what}`, isSo, { withinMs, everyMs: PAUSE_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { rooms } of this.#all) for (const room of rooms.values()) room.connection.close();
  }

  async #sameBalances(): Promise<boolean> {
    const { url } = this.#stage.cluster;
    const same = this.#all.map(async ({ token, told }) => {
      const headers = { authorization: `Bearer ${token}` };
      const signal = AbortSignal.timeout(REQUEST_MS);
      const response = await fetch(`${url}/api/me`, { headers, signal });
      const { balance } = (await response.json()) as { readonly balance: number };
      return [...told.values()].every((one) => one === balance);
    });
    return (await Promise.all(same)).every(Boolean);
  }

  /** Bets as soon as the table takes it; answers how that ended. */
  async #play({ side, rooms }: Witness, tableId: string): Promise<Settled> {
    const room = rooms.get(tableId);
    if (room === undefined) throw new Error(`nobody sits at ${tableId}`);
    this.#bets += 1;
    const bet = { op: `witness-${this.#bets}`, chips: [[side, BIG]] };
    const settled = Promise.withResolvers<Settled>();
    const end = room.onMessage("settled", settled.resolve);
    try {
      const patience = performance.now() + SETTLED_MS;
      while (!(await isTaken(room, bet))) {
        if (performance.now() > patience) throw new OverdueError(`${tableId} takes no bet`);
        await pause(PAUSE_MS);
      }
      const told = await Promise.race([settled.promise, pause(SETTLED_MS, null)]);
      if (told === null) throw new OverdueError(`a bet at ${tableId} was not settled`);
      return told;
    } finally {
      end();
    }
  }
}

async function enter({ cluster, tableIds }: Stage, side: Witness["side"]): Promise<Witness> {
  const client = new Client(cluster.url, { fetchFn: botFetch });
  client.auth.token = "";
  const { token } = await client.auth.signInAnonymously({ name: "Witness" });
  const [rooms, told] = [new Map<string, Room>(), new Map<string, number>()];
  for (const tableId of tableIds) {
    client.auth.token = token;
    const room: Room = await client.join("table", { tableId });
    room.reconnection.enabled = false;
    room.onMessage("*", () => undefined);
    for (const type of TELLING) {
      room.onMessage(type, ({ balance }: { readonly balance: number }) => {
        told.set(tableId, balance);
      });
    }
    rooms.set(tableId, room);
  }
  return { side, token, rooms, told };
}

/** False where the bet was refused for now; asked for again it is the same bet. */
async function isTaken(room: Room, bet: object): Promise<boolean> {
  try {
    await room.request("bet", bet, { timeout: REQUEST_MS });
    return true;
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    return false;
  }
}

async function winsAt(url: string): Promise<readonly Win[]> {
  const response = await fetch(`${url}/api/wins`, { signal: AbortSignal.timeout(REQUEST_MS) });
  return ((await response.json()) as { readonly wins: readonly Win[] }).wins;
}

const isSame = (one: Win, other: Win | null): boolean =>
  one.tableId === other?.tableId && one.round === other.round && one.net === other.net;
