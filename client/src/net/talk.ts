/** Saying something to everyone at the table. */
import type { Room } from "@colyseus/sdk";
import { BOUNDS } from "@croupier/shared/core/bounds";
import type { Refusal } from "@croupier/shared/protocol/refusals";
import { refusalOf } from "./operations.ts";
import { request } from "./tableRoom.ts";

/** Why a line was not said, for the player to read. */
class TalkError extends Error {
  override readonly name = "TalkError";
}

const LOST = "The table did not answer. Your message is still here: send it again.";

const WORDS: Partial<Record<Refusal["code"], string>> = {
  TOO_MANY_REQUESTS: "That was a lot at once: wait a few seconds and send it again.",
  MALFORMED: `A message has 1 to ${BOUNDS.chatLength} readable characters.`,
  BANNED: "You may not chat at this table.",
  UNAUTHENTICATED: "Please sign in again to chat.",
};

/** Resolves once the table has taken the line. Rejects with words for the player. */
export async function say(room: Room | null, text: string): Promise<void> {
  if (room === null || !room.connection.isOpen) {
    throw new TalkError("The connection is lost for a moment. Your message is still here.");
  }
  try {
    await request(room, "chat", { text });
  } catch (error) {
    const refusal = refusalOf(error);
    throw new TalkError(refusal === null ? LOST : (WORDS[refusal.code] ?? refusal.message));
  }
}
