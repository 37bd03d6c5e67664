/**
 * The client's side of the conversation with the house: one lobby or one table at a time.
 *
 * A session has a place (the door, the lobby or a table). Going from one to another stops the old
 * room and keeps the new one (see `keepRoom.ts`); everything that arrives goes into the store.
 */
import type { Client, Room } from "@colyseus/sdk";
import type { BetAnswer, LayoutAnswer } from "@croupier/shared/protocol/requests";
import type { Store } from "../store/store.ts";
import type { Identity } from "./account.ts";
import { whoAmI } from "./account.ts";
import { backoffMs } from "./backoff.ts";
import { makeToken } from "./browser.ts";
import { fetchTimings, fetchWins } from "./house.ts";
import type { KeptRoom } from "./keepRoom.ts";
import { keepRoom } from "./keepRoom.ts";
import { endsLobby, endsTable, FINAL_CLOSE_CODES, finalWords } from "./lastWords.ts";
import type { LeaderWatch } from "./leaders.ts";
import { watchLeaders } from "./leaders.ts";
import { createOperationSender } from "./operations.ts";
import { projectLobby, projectWins } from "./projection.ts";
import type { ServerClock } from "./serverClock.ts";
import type { TableRoomPort } from "./tableRoom.ts";
import { attachTableRoom, giveSeed, request, sampleTime } from "./tableRoom.ts";
import { say } from "./talk.ts";

/** Samples of the server's clock right after joining, and the pause between later ones. */
const EAGER_SAMPLES = 5;
const EAGER_PAUSE_MS = 400;
const SAMPLE_PAUSE_MS = 15_000;

/** The pause between two looks for big wins from a table; the lobby is told them. */
const WINS_PAUSE_MS = 20_000;

export interface SessionPort {
  readonly client: Client;
  readonly store: Store;
  readonly clock: ServerClock;
  readonly localNow: () => number;
  readonly soon: (callback: () => void) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** A session that has not begun until {@link Session.start}. */
export class Session {
  /** To be called when there is something new among the pending operations. */
  readonly sendOperations: () => void;
  /** Shows the leaderboard of another period. */
  readonly chooseLeaders: LeaderWatch["choose"];
  readonly #port: SessionPort;
  readonly #tablePort: TableRoomPort;
  readonly #leaders: LeaderWatch;
  #place: KeptRoom<Room> | null = null;
  #wantedSeed = makeToken();
  /** The table has said where the player sits, and the connection has not broken since. */
  #seated = false;
  /** Sends the operation again whose answer is missing; there is one at most. */
  #resume: () => void = () => undefined;

  constructor(port: SessionPort) {
    this.#port = port;
    this.#tablePort = { ...port, onSeated: () => this.#onSeated() };
    this.#leaders = watchLeaders({ ...port, random: Math.random });
    this.chooseLeaders = this.#leaders.choose;
    this.sendOperations = createOperationSender(port.store, {
      request: (type, payload) => {
        const room = this.#place?.room();
        if (!room) return Promise.reject(new Error("not at a table"));
        return request<BetAnswer | LayoutAnswer>(room, type, payload);
      },
      beforeRetry: (attempt, resume) => this.#beforeRetry(attempt, resume),
      whenSeated: (resume) => {
        if (this.#seated) resume();
        else this.#resume = resume;
      },
    });
  }

  /** Finds out who the player is and goes to the lobby, or to the door where nobody is known. */
  async start(): Promise<void> {
    const { client, store, wait } = this.#port;
    for (let count = 1; ; count++) {
      try {
        const identity = await whoAmI(client);
        store.dispatch({ type: "connection-changed", connection: "online" });
        if (identity !== null) this.enter(identity);
        return;
      } catch {
        store.dispatch({ type: "connection-changed", connection: "offline" });
        await wait(backoffMs(count, Math.random()));
      }
    }
  }

  /** Goes on as the player who has just signed in; a seat that is taken stays taken. */
  enter({ me, balance }: Identity): void {
    const { store } = this.#port;
    const before = store.state().me?.playerId;
    store.dispatch({ type: "signed-in", me, balance });
    if (before !== me.playerId) store.dispatch({ type: "table-left" });
    if (store.state().tableId === null) this.#toLobby();
  }

  async signOut(): Promise<void> {
    this.#go(null);
    await this.#port.client.auth.signOut();
    this.#port.store.dispatch({ type: "signed-out" });
  }

  sit(tableId: string): void {
    const { client, clock, store } = this.#port;
    store.dispatch({ type: "table-chosen", tableId });
    clock.reset();
    const join = () => client.join("table", { tableId });
    this.#go(
      this.#keep(join, endsTable, (room) => {
        attachTableRoom(room, this.#tablePort);
        void this.#followTime(room);
        void this.#followWins(room);
      }),
    );
    void fetchTimings(client, tableId).then((timings) => {
      if (timings !== null) store.dispatch({ type: "timings-told", tableId, timings });
    });
  }

  leaveTable(): void {
    this.#port.store.dispatch({ type: "table-left" });
    this.#toLobby();
  }

  /** Gives the table another client seed, now and after every reconnection. */
  async changeSeed(seed: string): Promise<void> {
    this.#wantedSeed = seed;
    const room = this.#place?.room();
    if (room) await giveSeed(room, this.#port.store, seed);
  }

  /** Says a line at the table. Rejects with words for the player. */
  say(text: string): Promise<void> {
    return say(this.#place?.room() ?? null, text);
  }

  #toLobby(): void {
    const { client, store, soon } = this.#port;
    const join = () => client.join("lobby");
    this.#go(
      this.#keep(join, endsLobby, (room) => {
        const show = () => {
          store.dispatch({ type: "lobby-changed", tables: projectLobby(room.state) });
          store.dispatch({ type: "wins-told", wins: projectWins(room.state) });
        };
        room.onStateChange(() => soon(show));
        void this.#leaders.follow(() => this.#place?.room() === room);
      }),
    );
  }

  #go(next: KeptRoom<Room> | null): void {
    this.#place?.stop();
    this.#place = next;
    this.#seated = false;
    this.#resume();
  }

  #keep(
    join: () => Promise<Room>,
    isFinal: (error: unknown, awayMs: number) => boolean,
    attach: (room: Room) => void,
  ): KeptRoom<Room> {
    const { store, wait, localNow } = this.#port;
    return keepRoom<Room>({
      join,
      attach,
      onStatus: (connection) => {
        if (connection !== "online") this.#seated = false;
        store.dispatch({ type: "connection-changed", connection });
      },
      isFinal,
      onEnd: (error) => void this.#turnedAway(error),
      finalCodes: FINAL_CLOSE_CODES,
      wait,
      localNow,
      random: Math.random,
    });
  }

  #onSeated(): void {
    const { store } = this.#port;
    const room = this.#place?.room();
    if (!room) return;
    this.#seated = true;
    if (store.state().seat?.clientSeed !== this.#wantedSeed) {
      void giveSeed(room, store, this.#wantedSeed);
    }
    this.#resume();
  }

  async #followTime(room: Room): Promise<void> {
    for (let count = 1; this.#place?.room() === room; count++) {
      await sampleTime(room, this.#tablePort);
      await this.#port.wait(count < EAGER_SAMPLES ? EAGER_PAUSE_MS : SAMPLE_PAUSE_MS);
    }
  }

  async #followWins(room: Room): Promise<void> {
    const { client, store, wait } = this.#port;
    while (this.#place?.room() === room) {
      await wait(WINS_PAUSE_MS * (0.5 + Math.random()));
      if (this.#place?.room() !== room) return;
      const wins = await fetchWins(client);
      if (wins !== null) store.dispatch({ type: "wins-told", wins });
    }
  }

  /** A fresh seat is the best moment; a pause helps where only the answer was lost. */
  #beforeRetry(attempt: number, resume: () => void): void {
    let done = false;
    const once = (): void => {
      if (done) return;
      done = true;
      resume();
    };
    this.#resume = once;
    void this.#port.wait(backoffMs(attempt + 1, Math.random())).then(once);
  }

  async #turnedAway(error: unknown): Promise<void> {
    const { store } = this.#port;
    const atTable = store.state().tableId !== null;
    store.dispatch({ type: "table-left" });
    if (atTable && (await this.#isStillKnown())) this.#toLobby();
    else await this.signOut();
    store.dispatch({ type: "noticed", tone: "error", text: finalWords(error) });
  }

  async #isStillKnown(): Promise<boolean> {
    try {
      return (await whoAmI(this.#port.client)) !== null;
    } catch {
      // The house is out of reach, which says nothing about the player.
      return true;
    }
  }
}
