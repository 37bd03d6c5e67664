/** Rooms by their names: the same on every process, so that a player finds a table again. */
export const LOBBY_ROOM_ID = "lobby";

export function tableRoomId(tableId: string): string {
  return `table-${tableId}`;
}
