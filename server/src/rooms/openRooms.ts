/**
 * Opens the house's rooms: the lobby, and one for each table that this process runs. They stay,
 * whatever becomes of their players; a table's room goes with its table.
 */
import type { Server } from "@colyseus/core";
import { matchMaker } from "@colyseus/core";
import type { TableHost } from "../tables/tableHost.ts";
import type { House } from "./house.ts";
import { LobbyRoom, lobbyRoomOf } from "./lobbyRoom.ts";
import { openMatchmaking } from "./matchmaking.ts";
import { Moves } from "./moves.ts";
import { LOBBY_ROOM_ID, tableRoomId } from "./roomIds.ts";
import { TableRoom, tableRoomOf } from "./tableRoom.ts";

/**
 * `stopping`: a room that ends from then on is not opened again. Answers what sends off who is in the lobby
 * as well, once the tables are elsewhere, and waits for everyone to be in there, until then at most (epoch
 * milliseconds).
 */
export async function openRooms(
  server: Server,
  house: House,
  stopping: () => boolean,
): Promise<(until: number) => Promise<void>> {
  const moves = new Moves(house.clock);
  openMatchmaking(house);
  await matchMaker.onReady;
  const { hosts } = house.tables;
  const again = (tableId?: string) => {
    if (stopping()) return;
    house.log.warn({ tableId }, "a room was ended; opening it again");
    // The matchmaker forgets the old one right after it has told us.
    queueMicrotask(() => {
      void (tableId === undefined
        ? openRoom(house, "lobby", {})
        : openTable(house, moves, tableId));
    });
  };
  server.define("lobby", lobbyRoomOf(house)).on("dispose", () => again());
  server.define("table", tableRoomOf(house)).on("dispose", ({ roomId }) => {
    const tableId = [...hosts.keys()].find((id) => tableRoomId(id) === roomId);
    if (tableId !== undefined) again(tableId);
  });
  await matchMaker.createRoom("lobby", {});
  const first: Promise<void>[] = [];
  house.tables.follow({
    opened: ({ config: { tableId } }) => {
      // Where the table was lost and came back, its old room is still closing: its end opens this.
      if (matchMaker.getLocalRoomById(tableRoomId(tableId)) !== undefined) return;
      first.push(openTable(house, moves, tableId));
    },
    closed: (host) => closeRoom(house, moves, host),
  });
  await Promise.all(first);
  return (until) => {
    const lobby = matchMaker.getLocalRoomById(LOBBY_ROOM_ID);
    if (lobby instanceof LobbyRoom) move(house, moves, lobby);
    return moves.over(until);
  };
}

/** The room of a table that runs here; one that was lost while its room was made goes with it. */
async function openTable(house: House, moves: Moves, tableId: string): Promise<void> {
  const { hosts } = house.tables;
  const host = hosts.get(tableId);
  if (host === undefined) return;
  await openRoom(house, "table", { tableId });
  if (hosts.get(tableId) !== host) closeRoom(house, moves, host);
}

async function openRoom(house: House, name: string, options: object): Promise<void> {
  try {
    await matchMaker.createRoom(name, options);
  } catch (error) {
    house.log.error({ err: error, room: name, ...options }, "a room could not be opened");
    house.alarm("rooms");
  }
}

/** Another process runs the table: its players find their way there. */
function closeRoom(house: House, moves: Moves, { config: { tableId } }: TableHost): void {
  const room = matchMaker.getLocalRoomById(tableRoomId(tableId));
  if (room instanceof TableRoom) move(house, moves, room);
}

function move(house: House, moves: Moves, room: TableRoom | LobbyRoom): void {
  const moving = room.moveAway().catch((error: unknown) => {
    house.log.error({ err: error, roomId: room.roomId }, "a room could not be closed");
    house.alarm("rooms");
    return 0;
  });
  moves.add(moving);
}
