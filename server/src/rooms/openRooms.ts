/** Opens the house's rooms: one a table, and the lobby. They stay, whatever becomes of their players. */
import type { Server } from "@colyseus/core";
import { matchMaker } from "@colyseus/core";
import type { House } from "./house.ts";
import { lobbyRoomOf } from "./lobbyRoom.ts";
import { openMatchmaking } from "./matchmaking.ts";
import { tableRoomId } from "./roomIds.ts";
import { tableRoomOf } from "./tableRoom.ts";

/** `stopping`: a room that ends from then on is not opened again. */
export async function openRooms(
  server: Server,
  house: House,
  stopping: () => boolean,
): Promise<void> {
  openMatchmaking(house);
  await matchMaker.onReady;
  const again = (name: string, options: object) => {
    if (stopping()) return;
    house.log.warn({ room: name, ...options }, "a room was ended from outside; opening it again");
    // The matchmaker forgets the old one right after it has told us.
    queueMicrotask(() => {
      matchMaker.createRoom(name, options).catch((error: unknown) => {
        house.log.error({ err: error }, "a room could not be opened again");
        house.alarm("rooms");
      });
    });
  };
  server.define("lobby", lobbyRoomOf(house)).on("dispose", () => again("lobby", {}));
  server.define("table", tableRoomOf(house)).on("dispose", ({ roomId }) => {
    const tableId = [...house.hosts.keys()].find((id) => tableRoomId(id) === roomId);
    if (tableId !== undefined) again("table", { tableId });
  });
  await matchMaker.createRoom("lobby", {});
  for (const tableId of house.hosts.keys()) await matchMaker.createRoom("table", { tableId });
}
