/** One player's connection to one table, over the stock SDK. */
import type { Client, Room } from "@colyseus/sdk";
import type { PlayerMessages } from "@croupier/shared/protocol/messages";
import type { Refusal } from "@croupier/shared/protocol/refusals";
import type { TableView } from "@croupier/shared/protocol/state";

/** The part of the table's public state that bots live by. */
export type PublicTable = Pick<
  TableView,
  | "tableId"
  | "wheel"
  | "phase"
  | "round"
  | "phaseEndsAt"
  | "commitment"
  | "entropy"
  | "betsDigest"
  | "pocket"
  | "seed"
>;

export interface SeatEvents {
  /** Some public state came; called for every patch, so it must be cheap. */
  state(table: PublicTable): void;
  seat(message: PlayerMessages["seat"]): void;
  settled(message: PlayerMessages["settled"]): void;
  voided(message: PlayerMessages["voided"]): void;
  balance(message: PlayerMessages["balance"]): void;
  /** The table goes on elsewhere, and this seat is about to end. */
  moving(): void;
  /** The connection broke; the SDK tries to come back. */
  dropped(): void;
  /** The SDK came back to the same seat. */
  back(): void;
  /** The seat is gone for good; the table may have said when to come back. */
  left(comeBackInMs: number | undefined): void;
}

export interface Seat {
  readonly isOpen: boolean;
  request(type: string, payload: unknown): Promise<unknown>;
  /** Cuts the connection without a goodbye. */
  cut(): void;
  leave(): Promise<void>;
}

/** A request that the table refused; the connection stays. */
export function refusalOf(error: unknown): Refusal | null {
  const { name, reason } = error as { name?: unknown; reason?: unknown };
  return name === "rejected" && typeof reason === "object" ? (reason as Refusal) : null;
}

/** Sits down at a table; rejects with the matchmaker's error where that is not possible. */
export async function sitDown(client: Client, tableId: string, events: SeatEvents): Promise<Seat> {
  const room: Room = await client.join("table", { tableId });
  // Connections of bots are cut on purpose: none of them is too young to come back.
  room.reconnection.minUptime = 0;
  room.onStateChange((state: PublicTable) => events.state(state));
  room.onMessage("seat", (message: PlayerMessages["seat"]) => events.seat(message));
  room.onMessage("settled", (message: PlayerMessages["settled"]) => events.settled(message));
  room.onMessage("voided", (message: PlayerMessages["voided"]) => events.voided(message));
  room.onMessage("balance", (message: PlayerMessages["balance"]) => events.balance(message));
  let comeBackInMs: number | undefined;
  room.onMessage("notice", (notice: PlayerMessages["notice"]) => {
    if (notice.comeBackInMs === undefined) return;
    comeBackInMs = notice.comeBackInMs;
    events.moving();
  });
  room.onMessage("*", () => undefined);
  room.onDrop(() => events.dropped());
  room.onReconnect(() => events.back());
  room.onLeave(() => events.left(comeBackInMs));
  return {
    get isOpen() {
      return room.connection.isOpen;
    },
    request: (type, payload) => room.request(type, payload),
    cut() {
      const { transport } = room.connection as unknown as {
        transport: { ws: { terminate(): void } };
      };
      transport.ws.terminate();
    },
    async leave() {
      await room.leave(true);
    },
  };
}
