/**
 * Players: guests, who may register and keep everything, and what they are given for it.
 *
 * A player is one row and one account; both come in one transaction, with the starting chips.
 */
import { assert } from "@croupier/shared/core/assert";
import type { Chips } from "@croupier/shared/core/chips";
import { asChips } from "@croupier/shared/core/chips";
import { customAlphabet } from "nanoid";
import type { Pool } from "pg";
import { DatabaseError } from "pg";
import { GatheredRead } from "../db/gatheredRead.ts";
import type { Queryable } from "../db/transaction.ts";
import { inTransaction } from "../db/transaction.ts";
import { createPlayerAccount } from "../ledger/accounts.ts";
import type { DailyGrant } from "../ledger/grants.ts";
import { grantDaily, grantStarting } from "../ledger/grants.ts";
import type { Clock } from "../platform/clock.ts";
import { cleanName, guestName } from "./names.ts";

const makePlayerId = customAlphabet(
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
  16,
);
const UNIQUE_VIOLATION = "23505";

export interface Player {
  /** Public: 16 characters of `[0-9A-Za-z]`. */
  readonly playerId: string;
  readonly name: string;
  /** Lower case; null for a guest. */
  readonly email: string | null;
  readonly createdAt: Date;
  readonly balance: Chips;
}

export interface Credentials {
  readonly player: Player;
  readonly passwordHash: string;
}

export interface Registration {
  /** Compared without regard to case. */
  readonly email: string;
  readonly passwordHash: string;
  /** The guest who registers; without one a new player is made. */
  readonly playerId?: string | undefined;
  /** For a new player; a guest keeps the name. */
  readonly name?: string | undefined;
}

/** Somebody has registered with this email. */
export class EmailTakenError extends Error {
  override readonly name = "EmailTakenError";
}

/** The player who wants to register has done so before. */
export class AlreadyRegisteredError extends Error {
  override readonly name = "AlreadyRegisteredError";
}

export interface PlayersOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly startingChips: number;
  readonly dailyChips: number;
}

export interface Players {
  /** A new guest with the starting chips; a name that cannot be used becomes one like `Guest 1234`. */
  registerGuest(guest: { readonly name?: unknown }): Promise<Player>;
  /** Throws {@link EmailTakenError} or {@link AlreadyRegisteredError}. */
  register(registration: Registration): Promise<Player>;
  findByEmail(email: string): Promise<Credentials | null>;
  find(playerId: string): Promise<Player | null>;
  /** Fills the balance up to the daily chips, once a UTC day and only where it is below them. */
  claimDaily(playerId: string): Promise<DailyGrant>;
  /** Null where there is no such player. */
  balance(playerId: string): Promise<Chips | null>;
}

export function createPlayers(options: PlayersOptions): Players {
  const { pool, clock, dailyChips } = options;
  const found = new GatheredRead((playerIds) => readPlayers(pool, playerIds));
  const find = (playerId: string) => found.read(playerId);
  return {
    registerGuest: async ({ name }) => {
      const playerId = await createPlayer(options, { name: cleanName(name) ?? guestName() });
      return mustFind(pool, playerId);
    },
    register: async ({ email, passwordHash, playerId, name }) => {
      const login = { email: canonicalEmail(email), passwordHash };
      if (playerId !== undefined && (await find(playerId)) !== null) {
        await upgrade(pool, playerId, login);
        return mustFind(pool, playerId);
      }
      const made = await createPlayer(options, { name: cleanName(name) ?? guestName(), login });
      return mustFind(pool, made);
    },
    findByEmail: async (email) => {
      const row = await readByEmail(pool, canonicalEmail(email));
      if (row?.password_hash == null) return null;
      return { player: toPlayer(row), passwordHash: row.password_hash };
    },
    find,
    claimDaily: (playerId) =>
      inTransaction(pool, (client) =>
        grantDaily(client, { playerId, upTo: dailyChips, now: clock.now() }),
      ),
    balance: async (playerId) => (await find(playerId))?.balance ?? null,
  };
}

function canonicalEmail(email: string): string {
  return email.trim().toLowerCase();
}

interface Login {
  readonly email: string;
  readonly passwordHash: string;
}

/** A row, an account and the starting chips; answers the new id. */
async function createPlayer(
  { pool, clock, startingChips }: PlayersOptions,
  { name, login }: { readonly name: string; readonly login?: Login },
): Promise<string> {
  const playerId = makePlayerId();
  const now = clock.now();
  await takingEmail(() =>
    inTransaction(pool, async (client) => {
      await client.query(
        `INSERT INTO players (player_id, name, email, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5)`,
        [playerId, name, login?.email ?? null, login?.passwordHash ?? null, new Date(now)],
      );
      await createPlayerAccount(client, playerId);
      await grantStarting(client, { playerId, amount: startingChips, now });
    }),
  );
  return playerId;
}

async function upgrade(pool: Pool, playerId: string, login: Login): Promise<void> {
  const { rowCount } = await takingEmail(() =>
    pool.query(
      `UPDATE players SET email = $2, password_hash = $3
       WHERE player_id = $1 AND email IS NULL`,
      [playerId, login.email, login.passwordHash],
    ),
  );
  if (rowCount !== 1) throw new AlreadyRegisteredError("This player is registered already.");
}

/** The one constraint that people run into is the email. */
async function takingEmail<Answer>(write: () => Promise<Answer>): Promise<Answer> {
  try {
    return await write();
  } catch (error) {
    const taken = error instanceof DatabaseError && error.code === UNIQUE_VIOLATION;
    if (!taken || error.constraint !== "players_email_key") throw error;
    throw new EmailTakenError("Somebody has registered with this email.", { cause: error });
  }
}

interface PlayerRow {
  readonly player_id: string;
  readonly name: string;
  readonly email: string | null;
  readonly password_hash: string | null;
  readonly created_at: Date;
  readonly balance: number;
}

const PLAYERS = `SELECT player_id, name, email, password_hash, created_at, balance
  FROM players JOIN accounts USING (player_id)`;

async function readByEmail(database: Queryable, email: string): Promise<PlayerRow | null> {
  const { rows } = await database.query<PlayerRow>(`${PLAYERS} WHERE email = $1`, [email]);
  return rows[0] ?? null;
}

/** By id; without those that are not there. */
async function readPlayers(
  database: Queryable,
  playerIds: readonly string[],
): Promise<ReadonlyMap<string, Player>> {
  const { rows } = await database.query<PlayerRow>(`${PLAYERS} WHERE player_id = ANY($1)`, [
    playerIds,
  ]);
  return new Map(rows.map((row) => [row.player_id, toPlayer(row)]));
}

async function mustFind(pool: Pool, playerId: string): Promise<Player> {
  const player = (await readPlayers(pool, [playerId])).get(playerId);
  assert(player !== undefined, `player ${playerId} is gone`);
  return player;
}

function toPlayer(row: PlayerRow): Player {
  return {
    playerId: row.player_id,
    name: row.name,
    email: row.email,
    createdAt: row.created_at,
    balance: asChips(row.balance),
  };
}
