/** One player's connection to one table, over the stock SDK. */
import type { Client, Room } from "@colyseus/sdk";
import { joinAnewMs, knockApart, namedMs } from "@croupier/shared/protocol/comingBack";
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
  /** The seat is gone for good: milliseconds until a player sits down anew. */
  left(comeBackInMs: number): void;
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
  let comeBackInMs: number | undefined;
  let withinMs: number | undefined;
  let knocking = false;
  knockApart(room.reconnection, () => withinMs, Math.random);
  room.onStateChange((state: PublicTable) => events.state(state));
  room.onMessage("seat", (message: PlayerMessages["seat"]) => {
    withinMs = namedMs(message.comeBackWithinMs);
    events.seat(message);
  });
  room.onMessage("settled", (message: PlayerMessages["settled"]) => events.settled(message));
  room.onMessage("voided", (message: PlayerMessages["voided"]) => events.voided(message));
  room.onMessage("balance", (message: PlayerMessages["balance"]) => events.balance(message));
  room.onMessage("notice", (notice: PlayerMessages["notice"]) => {
    if (notice.comeBackInMs === undefined) return;
    comeBackInMs = notice.comeBackInMs;
    events.moving();
  });
  room.onMessage("*", () => undefined);
  room.onDrop(() => {
    knocking = true;
    events.dropped();
  });
  room.onReconnect(() => {
    knocking = false;
    events.back();
  });
  room.onLeave(() => {
    // Those who knocked in vain came apart already.
    const spreadMs = knocking ? undefined : withinMs;
    events.left(comeBackInMs ?? joinAnewMs(spreadMs, Math.random()));
  });
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
