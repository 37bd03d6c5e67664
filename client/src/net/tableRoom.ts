/** What a joined table room tells, into the model; and what this side has to say after each join. */
import type { Room } from "@colyseus/sdk";
import type { PlayerMessages } from "@croupier/shared/protocol/messages";
import type { SeedAnswer, SeedRequest, TimeAnswer } from "@croupier/shared/protocol/requests";
import type { NoticeTone } from "../store/model.ts";
import type { Store } from "../store/store.ts";
import { refusalOf } from "./operations.ts";
import { projectTable } from "./projection.ts";
import type { ServerClock } from "./serverClock.ts";

/** Milliseconds that a request may take before its answer counts as lost. */
const REQUEST_TIMEOUT_MS = 5_000;

export interface TableRoomPort {
  readonly store: Store;
  readonly clock: ServerClock;
  readonly localNow: () => number;
  /** Calls back once, soon, when there is something to show. */
  readonly soon: (callback: () => void) => void;
  /** Called when the seat is taken, again after each reconnection. */
  readonly onSeated: () => void;
}

/** Listens to a freshly joined room. The listeners end with the room. */
export function attachTableRoom(room: Room, port: TableRoomPort): void {
  const { store } = port;
  project(room, port);
  const on = <T extends keyof PlayerMessages>(
    type: T,
    listener: (message: PlayerMessages[T]) => void,
  ): void => {
    room.onMessage<PlayerMessages[T]>(type, listener);
  };
  on("seat", (seat) => {
    store.dispatch({ type: "seated", seat });
    port.onSeated();
  });
  on("settled", (message) => store.dispatch({ type: "settled", message }));
  on("voided", (message) => store.dispatch({ type: "voided", message }));
  on("balance", ({ balance }) => store.dispatch({ type: "balance-changed", balance }));
  on("notice", ({ code, message, comeBackInMs }) => {
    if (comeBackInMs !== undefined) return store.dispatch({ type: "table-moving" });
    const tone: NoticeTone = code === "TABLE_PAUSED" ? "warning" : "info";
    store.dispatch({ type: "noticed", tone, text: message });
  });
  on("chat", (message) => store.dispatch({ type: "talk-heard", message }));
}

/** Many patches between two pictures are one change of the model. */
function project(room: Room, { store, soon }: TableRoomPort): void {
  let waiting = false;
  room.onStateChange(() => {
    if (waiting) return;
    waiting = true;
    soon(() => {
      waiting = false;
      store.dispatch({ type: "table-changed", table: projectTable(room.state) });
    });
  });
}

/** Asks the server for its time once; a lost answer is no news. */
export async function sampleTime(room: Room, { clock, localNow }: TableRoomPort): Promise<void> {
  const sentAt = localNow();
  try {
    const { now } = await request<TimeAnswer>(room, "time", {});
    if (typeof now === "number") clock.add({ sentAt, receivedAt: localNow(), serverNow: now });
  } catch {
    // The next sample will do; the estimate so far stays.
  }
}

/** Gives the table a client seed and tells the model from which round on it counts. */
export async function giveSeed(room: Room, store: Store, seed: string): Promise<void> {
  try {
    const payload: SeedRequest = { seed };
    const { fromRound } = await request<SeedAnswer>(room, "seed", payload);
    store.dispatch({ type: "seed-accepted", seed, fromRound });
  } catch (error) {
    const refusal = refusalOf(error);
    // Where only the connection is lost, the next seat message sends the seed again.
    if (refusal === null) return;
    store.dispatch({ type: "noticed", tone: "warning", text: refusal.message });
  }
}

/** One request with the house's time limit. */
export function request<Answer>(room: Room, type: string, payload: unknown): Promise<Answer> {
  return room.request<unknown, Answer>(type, payload, { timeout: REQUEST_TIMEOUT_MS });
}
