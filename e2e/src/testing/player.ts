/** A player without a browser: the stock SDK, and the public HTTP interface. */
import type { Room } from "@colyseus/sdk";
import { Client } from "@colyseus/sdk";
import type { TableView } from "@croupier/shared/protocol/state";
import type { PublicTable } from "../../bots/seat.ts";

export type SeenTable = PublicTable & Pick<TableView, "totalStake" | "players">;

export interface Player {
  readonly token: string;
  readonly room: Room;
  /** The balance that the server's books have. */
  balance(): Promise<number>;
  /** Resolves with the table's state once it is as asked; rejects where the seat is lost before. */
  until(condition: (table: SeenTable) => boolean): Promise<void>;
  leave(): Promise<void>;
}

/** A new guest at a table, or the player whose token is given. */
export async function seatPlayer(url: string, tableId: string, known = ""): Promise<Player> {
  const client = new Client(url);
  // Outside a browser the SDK keeps one token for all its clients.
  client.auth.token = known;
  const token = known || (await client.auth.signInAnonymously({ name: "Tester" })).token;
  const room: Room = await client.join("table", { tableId });
  room.onMessage("*", () => undefined);
  return {
    token,
    room,
    async balance() {
      const response = await fetch(`${url}/api/me`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await response.json()) as { balance: number }).balance;
    },
    until: (condition) =>
      new Promise((resolve, reject) => {
        const look = (state: Parameters<typeof condition>[0]): void => {
          if (!condition(state)) return;
          room.onStateChange.remove(look);
          resolve();
        };
        room.onStateChange(look);
        room.onLeave((code) => reject(new Error(`lost the seat: ${code}`)));
        look(room.state as Parameters<typeof condition>[0]);
      }),
    async leave() {
      if (room.connection.isOpen) await room.leave();
    },
  };
}
