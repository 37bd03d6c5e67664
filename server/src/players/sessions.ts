/** Sign-ins of players: when, from where, with what. */
import type { Queryable } from "../db/transaction.ts";

const LONGEST_AGENT = 300;
const MOST_LISTED = 100;

export interface SignIn {
  readonly playerId: string;
  readonly signedInAt: Date;
  readonly address: string;
  readonly userAgent: string;
}

/** Writes a sign-in down. */
export async function recordSignIn(database: Queryable, signIn: SignIn): Promise<void> {
  const { playerId, signedInAt, address, userAgent } = signIn;
  await database.query(
    `INSERT INTO sessions (player_id, signed_in_at, address, user_agent) VALUES ($1, $2, $3, $4)`,
    [playerId, signedInAt, address.slice(0, 100), userAgent.slice(0, LONGEST_AGENT)],
  );
}

/** The player's last sign-ins, newest first. */
export async function listSignIns(
  database: Queryable,
  playerId: string,
  limit = MOST_LISTED,
): Promise<readonly SignIn[]> {
  const { rows } = await database.query<SignIn>(
    `SELECT player_id AS "playerId", signed_in_at AS "signedInAt", address,
       user_agent AS "userAgent"
     FROM sessions WHERE player_id = $1 ORDER BY id DESC LIMIT $2`,
    [playerId, Math.min(limit, MOST_LISTED)],
  );
  return rows;
}
