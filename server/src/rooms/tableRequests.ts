/** What a seated player may ask of a table room, and how each is answered. */
import type { Refusal } from "@croupier/shared/protocol/refusals";
import type { OperationKind } from "@croupier/shared/protocol/requests";
import type { Clock } from "../platform/clock.ts";
import type { ChatBan } from "../players/chatBans.ts";
import type { TableHost } from "../tables/tableHost.ts";
import type { Seat } from "./seats.ts";
import { MalformedError, readChat, readChips, readOp, readSeed } from "./shapes.ts";

export type Reply =
  | { readonly answer: object /** The balance after it. */; readonly balance?: number }
  | { readonly refusal: Refusal };

export interface Asked {
  readonly host: TableHost;
  readonly clock: Clock;
  readonly seat: Seat;
  readonly payload: unknown;
  readonly chatBanOf: (playerId: string) => Promise<ChatBan | null>;
  /** Says a line to everyone at the table. */
  readonly say: (text: string) => void;
}

type Handler = (asked: Asked) => Reply | Promise<Reply>;

const TOO_MANY: Refusal = {
  code: "TOO_MANY_REQUESTS",
  message: "Too many requests; wait a second.",
};

const TOO_MUCH_CHAT: Refusal = {
  code: "TOO_MANY_REQUESTS",
  message: "Too many lines; wait a few seconds.",
};

function bannedBy({ endsAt, reason }: ChatBan): Refusal {
  const until = endsAt.toISOString().slice(0, 16).replace("T", " ");
  return { code: "BANNED", message: `You may not chat until ${until} UTC: ${reason}` };
}

function operation(kind: OperationKind): Handler {
  return async ({ host, seat: { playerId }, payload }) => {
    const op = readOp(payload);
    const chips = kind === "bet" ? readChips(payload) : [];
    const reply = await host.operate({ playerId, op, kind, chips });
    if ("refusal" in reply) return reply;
    const { answer, isReplay } = reply;
    // What was answered before was told elsewhere then; by now another balance may hold.
    return isReplay === true ? { answer } : { answer, balance: answer.balance };
  };
}

const HANDLERS = {
  bet: operation("bet"),
  undo: operation("undo"),
  clear: operation("clear"),
  double: operation("double"),
  repeat: operation("repeat"),
  seed: ({ host, seat, payload }) => ({
    answer: host.setClientSeed(seat.playerId, readSeed(payload)),
  }),
  chat: async ({ clock, seat, payload, chatBanOf, say }) => {
    const text = readChat(payload);
    if (!seat.chat.take(clock.now())) return { refusal: TOO_MUCH_CHAT };
    const ban = await chatBanOf(seat.playerId);
    if (ban !== null) return { refusal: bannedBy(ban) };
    say(text);
    return { answer: {} };
  },
  time: ({ clock }) => ({ answer: { now: clock.now() } }),
} as const satisfies Readonly<Record<string, Handler>>;

export type RequestType = keyof typeof HANDLERS;
export const REQUEST_TYPES = Object.keys(HANDLERS) as readonly RequestType[];

/** Answers or refuses. Throws only what is a bug. */
export async function replyTo(type: RequestType, asked: Asked): Promise<Reply> {
  if (!asked.seat.requests.take(asked.clock.now())) return { refusal: TOO_MANY };
  try {
    return await HANDLERS[type](asked);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { refusal: { code: "MALFORMED", message: error.message } };
  }
}
