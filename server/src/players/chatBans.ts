/**
 * Who may not chat: decisions of admins in the database, so that they are the same at every table of
 * every process. A line of chat is rare and short; it can wait for a look into an index.
 */
import { DatabaseError } from "pg";
import type { Queryable } from "../db/transaction.ts";

const FOREIGN_KEY_VIOLATION = "23503";
const MOST_LISTED = 500;

export interface ChatBan {
  readonly playerId: string;
  readonly endsAt: Date;
  /** Told to the player. */
  readonly reason: string;
}

export interface ChatBanDecision extends ChatBan {
  readonly decidedAt: Date;
  /** The admin's name. */
  readonly decidedBy: string;
}

/** The ban that `playerId` is under at `now`, epoch milliseconds; null where there is none. */
export async function chatBanOf(
  database: Queryable,
  playerId: string,
  now: number,
): Promise<ChatBan | null> {
  const { rows } = await database.query<ChatBan>({
    name: "chat-ban",
    text: `SELECT player_id AS "playerId", ends_at AS "endsAt", reason FROM chat_bans
      WHERE player_id = $1 ORDER BY id DESC LIMIT 1`,
    values: [playerId],
  });
  const [ban] = rows;
  return ban !== undefined && ban.endsAt.getTime() > now ? ban : null;
}

/** The bans that hold at `now`, epoch milliseconds; newest first. */
export async function listChatBans(
  database: Queryable,
  now: number,
): Promise<readonly ChatBanDecision[]> {
  const { rows } = await database.query<ChatBanDecision>(
    `SELECT player_id AS "playerId", ends_at AS "endsAt", reason,
       decided_at AS "decidedAt", decided_by AS "decidedBy"
     FROM chat_bans AS ban
     WHERE ends_at > $1 AND NOT EXISTS (
       SELECT FROM chat_bans AS later WHERE later.player_id = ban.player_id AND later.id > ban.id)
     ORDER BY id DESC LIMIT $2`,
    [new Date(now), MOST_LISTED],
  );
  return rows;
}

/** Writes a decision down; false where there is no such player. */
export async function decideChatBan(
  database: Queryable,
  { playerId, decidedAt, endsAt, reason, decidedBy }: ChatBanDecision,
): Promise<boolean> {
  try {
    await database.query(
      `INSERT INTO chat_bans (player_id, decided_at, ends_at, reason, decided_by)
       VALUES ($1, $2, $3, $4, $5)`,
      [playerId, decidedAt, endsAt, reason, decidedBy],
    );
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === FOREIGN_KEY_VIOLATION) return false;
    throw error;
  }
}
