/**
 * The ways in, as the processes themselves show them: seats at every table, asked for at every process,
 * and the lists of tables. Seats that are given here are not taken; they end by themselves.
 */
import type { Room } from "@colyseus/sdk";
import { Client } from "@colyseus/sdk";
import { botFetch } from "../bots/network.ts";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import type { Stage } from "./stage.ts";
import { until } from "./stage.ts";

export interface Answer {
  readonly slot: number;
  readonly tableId: string;
  readonly status: number;
  /** Of the refusal; empty where there was none. */
  readonly code: string;
  /** The slot of the process that holds the seat; 0 where there is none. */
  readonly holder: number;
  readonly tookMs: number;
}

/** No question may take longer than this to be asked in vain. */
const REQUEST_MS = 10_000;
/** A seat that is given is kept for some seconds, and nobody may ask too often. */
const ASK_EVERY_MS = 250;
const SLOT = /\/p\/(\d+)$/;

/** A seat was given. */
export const isSeat = ({ status }: Answer): boolean => status === 200;

interface Reservation {
  readonly error?: { readonly code: string };
  readonly publicAddress?: string;
}

interface Lobby {
  readonly tables: ReadonlyMap<string, { readonly phase: string; readonly phaseEndsAt: number }>;
}

export class Doors {
  readonly #stage: Stage;
  /** Of a player for each table: nobody may ask too often. */
  readonly #tokens: ReadonlyMap<string, string>;

  private constructor(stage: Stage, tokens: ReadonlyMap<string, string>) {
    this.#stage = stage;
    this.#tokens = tokens;
  }

  static async open(stage: Stage): Promise<Doors> {
    const tokens = new Map<string, string>();
    for (const tableId of stage.tableIds) {
      const client = new Client(stage.cluster.url, { fetchFn: botFetch });
      client.auth.token = "";
      const { token } = await client.auth.signInAnonymously({ name: "Doorman" });
      tokens.set(tableId, token);
    }
    return new Doors(stage, tokens);
  }

  /** Resolves once every living process gives a seat at every table. */
  async untilOpen(what: string, withinMs: number): Promise<void> {
    const isSo = async () => (await this.askAll()).every(isSeat);
    await until(what, isSo, { withinMs, everyMs: ASK_EVERY_MS });
  }

  /** Resolves once there is a process for each table that gives seats at it. */
  async untilOpenSomewhere(what: string, withinMs: number): Promise<void> {
    const isSo = async () => {
      const seats = new Set((await this.askAll()).filter(isSeat).map(({ tableId }) => tableId));
      return seats.size === this.#stage.tableIds.length;
    };
    await until(what, isSo, { withinMs, everyMs: ASK_EVERY_MS });
  }

  /** Asks each living process for a seat at each of the tables, all at once. */
  async askAll(): Promise<readonly Answer[]> {
    const { processes, tableIds } = this.#stage;
    const living = processes.filter(({ alive }) => alive);
    return await Promise.all(
      living.flatMap((process) => tableIds.map((tableId) => this.#ask(process, tableId))),
    );
  }

  /** The tables that a process lists, with the time at which the phase of each was to end. */
  async listed({ url }: ClusterProcess): Promise<ReadonlyMap<string, number>> {
    const response = await fetch(`${url}/api/tables`, { signal: AbortSignal.timeout(REQUEST_MS) });
    const { tables } = (await response.json()) as {
      readonly tables: readonly { readonly tableId: string; readonly phaseEndsAt: number }[];
    };
    return new Map(tables.map(({ tableId, phaseEndsAt }) => [tableId, phaseEndsAt]));
  }

  /** The same as its lobby shows it to whoever comes in now. */
  inLobby(process: ClusterProcess): Promise<ReadonlyMap<string, number>> {
    return this.#lobbyOf(process, ({ phaseEndsAt }) => phaseEndsAt);
  }

  /** The phases of the tables, as its lobby shows them. */
  phasesInLobby(process: ClusterProcess): Promise<ReadonlyMap<string, string>> {
    return this.#lobbyOf(process, ({ phase }) => phase);
  }

  async #lobbyOf<Part>(
    { slot, url }: ClusterProcess,
    part: (table: { readonly phase: string; readonly phaseEndsAt: number }) => Part,
  ): Promise<ReadonlyMap<string, Part>> {
    const client = new Client(url, { fetchFn: botFetch });
    // One player may not try for ever: each process is asked by another.
    const tokens = [...this.#tokens.values()];
    client.auth.token = tokens[slot % tokens.length] ?? "";
    const room: Room<Lobby> = await client.join("lobby");
    try {
      room.onMessage("*", () => undefined);
      if (room.state.tables === undefined) {
        await new Promise<unknown>((resolve) => room.onStateChange.once(resolve));
      }
      return new Map([...room.state.tables].map(([tableId, table]) => [tableId, part(table)]));
    } finally {
      await room.leave();
    }
  }

  async #ask({ slot, url }: ClusterProcess, tableId: string): Promise<Answer> {
    const askedAt = performance.now();
    const response = await fetch(`${url}/matchmake/join/table`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.#tokens.get(tableId)}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ tableId }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const { error, publicAddress = "" } = (await response.json()) as Reservation;
    const [, holder = "0"] = SLOT.exec(publicAddress) ?? [];
    const tookMs = Math.round(performance.now() - askedAt);
    const { status } = response;
    return { slot, tableId, status, code: error?.code ?? "", holder: Number(holder), tookMs };
  }
}
