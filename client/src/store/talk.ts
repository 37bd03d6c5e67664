/** What is said at the table, line by line. Pure. */
import type { ChatMessage } from "@croupier/shared/protocol/messages";
import type { Talk } from "./model.ts";
import { LINES_KEPT } from "./model.ts";

/** @param own the player's own id: nobody has to read what they said themselves */
export function heard(talk: Talk, message: ChatMessage, own: string | undefined): Talk {
  const id = (talk.lines.at(-1)?.id ?? 0) + 1;
  const lines = [...talk.lines, { ...message, id }].slice(-LINES_KEPT);
  const read = talk.watched || message.playerId === own;
  return { ...talk, lines, unread: read ? talk.unread : Math.min(talk.unread + 1, LINES_KEPT) };
}

/** Whoever looks has read it all. */
export function watched(talk: Talk, looks: boolean): Talk {
  return { ...talk, watched: looks, unread: looks ? 0 : talk.unread };
}

/** Talk stays at the table where it was. */
export function forgotten(talk: Talk): Talk {
  return { ...talk, lines: [], unread: 0 };
}
