/**
 * What stands before the admin's pages and Colyseus' room monitor.
 *
 * The monitor can call any method of any room and write into live states: in a casino, a rigging
 * tool. Here it may look, end connections and rooms (which open again as they were), and send a
 * notice; everything is in the audit log before it is done, and everything else is refused.
 */
import { errorResponse } from "../transport/edge.ts";
import type { AdminAction } from "./auditLog.ts";
import type { AdminSessions } from "./session.ts";

/** What an admin wants to do; when is added as it is written down. */
export type AdminIntent = Omit<AdminAction, "at">;

/** Writes an action into the audit log; where that fails the action must not be done. */
export type RecordAction = (intent: AdminIntent) => Promise<void>;

/** The monitor's page asks again every few seconds: within a minute that is one look. */
export class Looks {
  #minute = 0;
  readonly #seen = new Set<string>();

  /** Whether the look is the first of its kind in this minute. */
  isNew(look: string, now: number): boolean {
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute || this.#seen.size >= MOST_LOOKS) this.#seen.clear();
    this.#minute = minute;
    if (this.#seen.has(look)) return false;
    this.#seen.add(look);
    return true;
  }
}

export interface GateOptions {
  readonly sessions: AdminSessions;
  readonly now: () => number;
  readonly record: RecordAction;
  readonly looks: Looks;
  readonly hasRoom: (roomId: string) => boolean;
  /** The public address of another process that has the room; null where none is known. */
  readonly addressOf: (roomId: string) => Promise<string | null>;
}

/** What the monitor's page does by calling a room's method, and what it is called in the log. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ["disconnect", "monitor: dispose room"],
  ["_forceClientDisconnect", "monitor: disconnect client"],
  ["_sendMessageToClient", "monitor: send message"],
]);

/** The one message that may be sent: any other would be believed to come from the table. */
const MESSAGE = "notice";

/** Where the monitor's page asks for one room. */
const ROOM = "/monitor/api/room";

/** What looking at a page of the monitor is called in the log. */
const LOOKS: ReadonlyMap<string, string> = new Map([
  ["/monitor", "monitor: open"],
  ["/monitor/api", "monitor: list rooms"],
  [ROOM, "monitor: inspect room"],
]);

const SIGN_IN = "/admin/sign-in";
const OPEN = new Set([SIGN_IN, "/admin/api/login"]);
const MOST_DETAIL = 2_000;
/** Looks that are remembered; past it they are written down once more. */
const MOST_LOOKS = 1_000;

/** Answers a request that may not pass; null where it may, or where it is none of ours. */
export async function atGate(options: GateOptions, request: Request): Promise<Response | null> {
  const { pathname, searchParams } = new URL(request.url);
  if (!/^\/(admin|monitor)(\/|$)/.test(pathname) || OPEN.has(pathname)) return null;
  const who = options.sessions.read(request.headers, options.now());
  if (who === null) return turnedAway(pathname);
  if (pathname === "/monitor") return redirect("/monitor/");
  if (pathname === "/admin/") return redirect("/admin");
  const path = pathname.replace(/\/+$/, "");
  const roomId = searchParams.get("roomId");
  if (path.startsWith(ROOM) && roomId !== null && !options.hasRoom(roomId)) {
    return elsewhere(request, await options.addressOf(roomId));
  }
  if (path === `${ROOM}/call`) return calling(options, who, searchParams);
  const look = LOOKS.get(path);
  return look === undefined ? null : looking(options, { who, look, searchParams });
}

function turnedAway(pathname: string): Response {
  if (/^\/(admin|monitor)\/api(\/|$)/.test(pathname)) {
    return errorResponse(401, "UNAUTHENTICATED", "Sign in as the admin first.");
  }
  return redirect(`${SIGN_IN}?next=${encodeURIComponent(pathname)}`);
}

/**
 * Leads to the process that has the room, which decides and writes down by itself. The way is a path on
 * the host that the admin is signed in at; an address without one is another host, or another port.
 */
function elsewhere({ url }: Request, address: string | null): Response {
  const slot = /^[^/]+((?:\/[\w-]+)+)$/.exec(address ?? "")?.[1];
  const { pathname, search } = new URL(url);
  if (slot !== undefined) return redirect(slot + pathname + search);
  const known = address === null ? "" : ` It is at ${address}.`;
  return errorResponse(404, "NOT_FOUND", `There is no such room on this process.${known}`);
}

async function looking(
  { record, looks, now }: GateOptions,
  { who, look, searchParams }: { who: string; look: string; searchParams: URLSearchParams },
): Promise<Response | null> {
  const roomId = searchParams.get("roomId")?.slice(0, 100) ?? null;
  if (!looks.isNew(`${who} ${look} ${roomId}`, now())) return null;
  await record({ who, action: look, detail: roomId === null ? {} : { roomId } });
  return null;
}

async function calling(
  { record }: GateOptions,
  who: string,
  query: URLSearchParams,
): Promise<Response | null> {
  const methods = query.getAll("method");
  const method = methods.length === 1 ? (methods[0] ?? "") : methods.join(",");
  const args = query.get("args");
  const detail = {
    roomId: query.get("roomId")?.slice(0, 100) ?? null,
    method: method.slice(0, 100),
    args: args?.slice(0, MOST_DETAIL) ?? null,
  };
  const given = argumentsOf(args);
  if (given === null) {
    return errorResponse(400, "MALFORMED", "args is a JSON array of the action's arguments.");
  }
  const action = ACTIONS.get(method);
  const forged = method === "_sendMessageToClient" && given[1] !== MESSAGE;
  if (action !== undefined && !forged) {
    await record({ who, action, detail });
    return null;
  }
  await record({ who, action: "monitor: refused", detail });
  return errorResponse(
    403,
    "FORBIDDEN",
    "Calling methods of rooms, editing their states and sending messages other than notices is not possible here.",
  );
}

/** The arguments of a call; null where they are no JSON array. */
function argumentsOf(text: string | null): readonly unknown[] | null {
  try {
    const given: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(given) ? given : null;
  } catch {
    return null;
  }
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}
