/** The admin's say in who may chat: `/admin/api/chat-bans`. */
import type { Endpoint } from "@colyseus/core";
import { createEndpoint } from "@colyseus/core";
import type { ChatBanBook } from "../http/ports.ts";
import { errorResponse } from "../transport/edge.ts";
import type { GateOptions } from "./gate.ts";
import { ADMIN_NAME } from "./session.ts";

const MINUTE_MS = 60_000;
/** A year. */
const MOST_MINUTES = 366 * 24 * 60;
const MOST_REASON = 200;
const PLAYER_ID = /^[0-9A-Za-z]{16}$/;

export interface ChatBanOptions extends Pick<GateOptions, "sessions" | "now" | "record"> {
  readonly chatBans: Pick<ChatBanBook, "list" | "decide">;
}

/**
 * - `GET`: the bans that hold now.
 * - `POST` `{ playerId, minutes, reason }`: bans a player from the chat of all tables; 0 minutes lift
 *   the ban.
 */
export function chatBanEndpoints(options: ChatBanOptions): Record<string, Endpoint> {
  return {
    "admin-chat-bans": createEndpoint("/admin/api/chat-bans", { method: "GET" }, async () =>
      Response.json({ bans: await options.chatBans.list() }),
    ) as unknown as Endpoint,
    "admin-ban-from-chat": createEndpoint(
      "/admin/api/chat-bans",
      { method: "POST" },
      ({ body, request }) => decide(options, request as Request, body),
    ) as unknown as Endpoint,
  };
}

async function decide(
  { chatBans, sessions, now, record }: ChatBanOptions,
  request: Request,
  body: unknown,
): Promise<Response> {
  const wish = readWish(body);
  if (typeof wish === "string") return errorResponse(400, "MALFORMED", wish);
  const { playerId, minutes, reason } = wish;
  const who = sessions.read(request.headers, now()) ?? ADMIN_NAME;
  const decidedAt = new Date(now());
  const endsAt = new Date(decidedAt.getTime() + minutes * MINUTE_MS);
  await record({ who, action: minutes > 0 ? "ban from chat" : "lift chat ban", detail: wish });
  const decision = { playerId, reason, decidedAt, endsAt, decidedBy: who };
  if (await chatBans.decide(decision)) return Response.json(decision);
  return errorResponse(404, "NOT_FOUND", `There is no player ${playerId}.`);
}

interface Wish {
  readonly playerId: string;
  readonly minutes: number;
  readonly reason: string;
}

/** What is wished, or what is wrong with it. */
function readWish(body: unknown): (Wish & Record<string, unknown>) | string {
  const { playerId, minutes, reason } = (
    typeof body === "object" && body !== null ? body : {}
  ) as Record<string, unknown>;
  if (typeof playerId !== "string" || !PLAYER_ID.test(playerId)) {
    return "playerId is a player's id: 16 letters and digits.";
  }
  const whole = typeof minutes === "number" && Number.isInteger(minutes);
  if (!whole || minutes < 0 || minutes > MOST_MINUTES) {
    return `minutes is a whole number from 0, which lifts a ban, to ${MOST_MINUTES}.`;
  }
  const text = typeof reason === "string" ? reason.trim() : "";
  if (text.length === 0 || text.length > MOST_REASON) {
    return `reason is a text of 1 to ${MOST_REASON} characters, which the player is told.`;
  }
  return { playerId, minutes, reason: text };
}
