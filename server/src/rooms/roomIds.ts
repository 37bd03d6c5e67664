/** Rooms by their names: the same on every process, so that a player finds a table again. */
export const LOBBY_ROOM_ID = "lobby";

const TABLE_ROOM = "table-";

export function tableRoomId(tableId: string): string {
  return `${TABLE_ROOM}${tableId}`;
}

/** Null where no table's room could be called so. */
export function tableIdOf(roomId: string): string | null {
  return roomId.startsWith(TABLE_ROOM) ? roomId.slice(TABLE_ROOM.length) : null;
}
