/**
 * The way into rooms. Tables exist by configuration: nobody creates one over the wire, and a join
 * goes to the table that was asked for, or to one with a free seat.
 */
import type { AuthContext } from "@colyseus/core";
import { matchMaker, ServerError } from "@colyseus/core";
import { RedisAwayError } from "../cluster/redisHealth.ts";
import { within } from "../platform/within.ts";
import type { House } from "./house.ts";
import { HouseRoom } from "./houseRoom.ts";
import { readRefusal, refusalError } from "./refusalError.ts";
import { LOBBY_ROOM_ID, tableIdOf, tableRoomId } from "./roomIds.ts";
import { TableRoom } from "./tableRoom.ts";

const EXPOSED = ["join", "joinById", "reconnect"] as const;
type Exposed = (typeof EXPOSED)[number];

const FULL = "This table has no free seat.";
const ASIDE = "Players do not reach this process; try again in a moment.";
const ELSEWHERE = "Another process has this room; try again in a moment.";
/**
 * How long a table of another process may take to give a seat. A busy one gets its time, since a seat
 * that is given too late stays reserved for nobody; where no answer can come there is none to wait for.
 */
const ELSEWHERE_MS = { reached: 2_500, away: 900 };
/** What the matchmaker says where a room is not announced, or its process does not answer. */
const NOT_REACHED =
  /^(room .* (not found|has been disposed)|process .* is not available|remote room .* timed out)/;

/** Puts this house's rules in the place of the matchmaker's own. */
export function openMatchmaking(house: House): void {
  const { controller } = matchMaker;
  controller.exposedMethods = [...EXPOSED];
  // biome-ignore lint/complexity/useMaxParams: the framework's signature
  controller.invokeMethod = async (method, roomName, options, context) => {
    if (!isExposed(method)) {
      throw refusalError("NOT_ALLOWED", "Tables exist by configuration: join one.");
    }
    try {
      if (method === "reconnect") {
        const reconnectionToken = tokenOf(options);
        const back = () => matchMaker.reconnect(roomName, { reconnectionToken });
        return await (isHere(roomName) ? back() : elsewhere(house, roomName, back));
      }
      const roomId = method === "join" ? roomIdFor(house, roomName, options) : roomName;
      return await enter(house, roomId, context);
    } catch (error) {
      throw asRefusal(error);
    }
  };
}

function isExposed(method: string): method is Exposed {
  return (EXPOSED as readonly string[]).includes(method);
}

/** Options are kept with a reservation, so none of a stranger's are let through. */
async function enter(house: House, roomId: string, context: AuthContext | undefined) {
  const join = () => matchMaker.joinById(roomId, {}, context);
  const room = matchMaker.getLocalRoomById(roomId);
  // Every process has a lobby of its own, but for the moment in which it ends or makes a new one.
  const isClosing = room === undefined ? roomId === LOBBY_ROOM_ID : isOnItsWay(room);
  if (isClosing) throw refusalError("TABLE_PAUSED", ELSEWHERE);
  if (room === undefined) return elsewhere(house, roomId, join);
  if (house.isAside()) throw refusalError("TABLE_PAUSED", ASIDE);
  if (room.hasReachedMaxClients()) throw refusalError("TABLE_FULL", FULL);
  return join().catch((error: unknown) => {
    // It went elsewhere while the player was looked at: not full, and soon to be found again.
    if (isOnItsWay(room)) throw refusalError("TABLE_PAUSED", ELSEWHERE);
    throw error;
  });
}

function isOnItsWay(room: unknown): boolean {
  return room instanceof HouseRoom && room.isClosing;
}

function isHere(roomId: string): boolean {
  return matchMaker.getLocalRoomById(roomId) !== undefined;
}

/**
 * A seat at a table of another process: it is known of by Redis and asked over Redis, or not for now.
 * Where the answer comes too late the seat is given up by itself.
 */
async function elsewhere<Seat>(
  house: House,
  roomId: string,
  ask: () => Promise<Seat>,
): Promise<Seat> {
  const tableId = tableIdOf(roomId);
  if (tableId === null || !house.hasTable(tableId)) {
    throw refusalError("NOT_FOUND", "There is no such room.");
  }
  const asking = ask();
  const mostMs = house.reachesOthers() ? ELSEWHERE_MS.reached : ELSEWHERE_MS.away;
  if (!(await within(asking, mostMs, house.clock))) {
    throw refusalError("TABLE_PAUSED", ELSEWHERE);
  }
  return asking.catch((error: unknown) => {
    if (error instanceof RedisAwayError) throw refusalError("TABLE_PAUSED", ELSEWHERE);
    if (error instanceof Error && NOT_REACHED.test(error.message)) {
      throw refusalError("TABLE_PAUSED", ELSEWHERE);
    }
    throw error;
  });
}

function roomIdFor(house: House, roomName: string, options: unknown): string {
  if (roomName === "lobby") return LOBBY_ROOM_ID;
  if (roomName !== "table") throw refusalError("NOT_FOUND", "There are the rooms table and lobby.");
  const asked = fieldOf(options, "tableId");
  if (asked === undefined) return roomWithFreeSeat(house);
  if (typeof asked === "string" && house.hasTable(asked)) return tableRoomId(asked);
  throw refusalError("NOT_FOUND", `There is no table ${JSON.stringify(asked).slice(0, 60)}.`);
}

/** A table of this process where there is one: the way there is the shortest. */
function roomWithFreeSeat(house: House): string {
  for (const tableId of house.tables.hosts.keys()) {
    const room = matchMaker.getLocalRoomById(tableRoomId(tableId));
    if (!(room instanceof TableRoom)) continue;
    if (room.hasFreeSeat() && !room.hasReachedMaxClients()) return room.roomId;
  }
  const { configs, hosts } = house.tables;
  const elsewhere = configs.find(({ tableId, maxPlayers }) => {
    const summary = hosts.has(tableId) ? null : house.floor.summary(tableId);
    return summary !== null && summary.players < maxPlayers;
  });
  if (elsewhere !== undefined) return tableRoomId(elsewhere.tableId);
  throw refusalError("TABLE_FULL", "Every table is full.");
}

function tokenOf(options: unknown): string {
  const token = fieldOf(options, "reconnectionToken");
  return typeof token === "string" ? token.slice(0, 64) : "";
}

function fieldOf(options: unknown, name: string): unknown {
  if (typeof options !== "object" || options === null) return undefined;
  return (options as Record<string, unknown>)[name];
}

/** Whatever the matchmaker says no with, in our words. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (readRefusal(error.message) !== null) return error;
  if (/full|locked/.test(error.message)) return refusalError("TABLE_FULL", FULL);
  if (error instanceof ServerError) return refusalError("NOT_FOUND", error.message);
  return error;
}
