/** Players at a table, over the stock SDK. */
// Before the SDK, which takes its socket from the global scope when it is loaded.
import "./socket.ts";

import type { Room } from "@colyseus/sdk";
import { Client } from "@colyseus/sdk";
import type { TableView } from "@croupier/shared/protocol/state";

/** Who comes in at the same time. */
const DOORS = 16;

export interface Sitter {
  readonly room: Room<unknown, TableView>;
}

/** Signs players in and seats them, at each of the tables in turn. */
export async function sitDown({
  url,
  tableIds,
  players,
}: {
  readonly url: string;
  readonly tableIds: readonly string[];
  readonly players: number;
}): Promise<readonly Sitter[]> {
  const sitters: Sitter[] = [];
  const numbers = Array.from({ length: players }, (_, index) => index).values();
  const door = async () => {
    for (const number of numbers) {
      const client = new Client(url);
      // The SDK keeps the last token for the next client.
      client.auth.token = "";
      await client.auth.signInAnonymously({ name: `Sitter ${number}` });
      const tableId = tableIds[number % tableIds.length];
      const room = (await client.join("table", { tableId })) as unknown as Sitter["room"];
      room.onMessage("*", () => undefined);
      // They do not come in in the order of their numbers.
      if (number > 0) overlook(room);
      sitters[number] = { room };
    }
  };
  await Promise.all(Array.from({ length: DOORS }, door));
  return sitters;
}

/**
 * Lets patches pass unread: players read them on machines of their own, and here hundreds of readings
 * would hold up the process that takes the time. The first sitter reads them, and so tells the round.
 */
function overlook(room: Sitter["room"]): void {
  room.serializer.patch = () => undefined;
}
