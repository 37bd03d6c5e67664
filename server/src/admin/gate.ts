/**
 * What stands before the admin's pages and Colyseus' room monitor.
 *
 * The monitor can call any method of any room and write into live states: in a casino, a rigging
 * tool. Here it may look, end connections and rooms, and send a message; each such action is in the
 * audit log before it is done, and everything else is refused.
 */
import { BankUnavailableError } from "../tables/store.ts";
import { errorResponse } from "../transport/edge.ts";
import type { AdminSessions } from "./session.ts";

export interface AdminAction {
  readonly who: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Writes an action into the audit log. */
export type RecordAction = (action: AdminAction) => Promise<void>;

export interface GateOptions {
  readonly sessions: AdminSessions;
  readonly now: () => number;
  readonly record: RecordAction;
}

/** What the monitor's page does by calling a room's method, and what it is called in the log. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ["disconnect", "monitor: dispose room"],
  ["_forceClientDisconnect", "monitor: disconnect client"],
  ["_sendMessageToClient", "monitor: send message"],
]);

const SIGN_IN = "/admin/sign-in";
const OPEN = new Set([SIGN_IN, "/admin/api/login"]);
const MOST_DETAIL = 2_000;

/** Answers a request that may not pass; null where it may, or where it is none of ours. */
export async function atGate(options: GateOptions, request: Request): Promise<Response | null> {
  const { pathname, searchParams } = new URL(request.url);
  if (!/^\/(admin|monitor)(\/|$)/.test(pathname) || OPEN.has(pathname)) return null;
  const who = options.sessions.read(request.headers, options.now());
  if (who === null) return turnedAway(pathname);
  if (pathname === "/monitor") return redirect("/monitor/");
  if (pathname === "/admin/") return redirect("/admin");
  if (pathname.replace(/\/+$/, "") !== "/monitor/api/room/call") return null;
  return calling(options, who, searchParams);
}

function turnedAway(pathname: string): Response {
  if (/^\/(admin|monitor)\/api(\/|$)/.test(pathname)) {
    return errorResponse(401, "UNAUTHENTICATED", "Sign in as the admin first.");
  }
  return redirect(`${SIGN_IN}?next=${encodeURIComponent(pathname)}`);
}

async function calling(
  { record }: GateOptions,
  who: string,
  query: URLSearchParams,
): Promise<Response | null> {
  const methods = query.getAll("method");
  const action = methods.length === 1 ? ACTIONS.get(methods[0] ?? "") : undefined;
  const detail = {
    roomId: query.get("roomId")?.slice(0, 100) ?? null,
    method: methods.join(",").slice(0, 100),
    args: query.get("args")?.slice(0, MOST_DETAIL) ?? null,
  };
  try {
    if (action === undefined) {
      await record({ who, action: "monitor: refused", detail });
      return errorResponse(
        403,
        "FORBIDDEN",
        "Calling methods of rooms and editing their states is not possible here.",
      );
    }
    await record({ who, action, detail });
    return null;
  } catch (error) {
    if (!(error instanceof BankUnavailableError)) throw error;
    return errorResponse(503, "UNAVAILABLE", "Nothing is done that cannot be written down first.");
  }
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}
