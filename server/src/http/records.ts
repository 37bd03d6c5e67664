/** Players and rounds in Postgres, as the HTTP interface asks for them. */
import type { Leader, Period } from "@croupier/shared/protocol/leaderboard";
import type { Pool } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import type { Clock } from "../platform/clock.ts";
import { chatBanOf, decideChatBan, listChatBans } from "../players/chatBans.ts";
import type { Players } from "../players/players.ts";
import { AlreadyRegisteredError, EmailTakenError } from "../players/players.ts";
import { listSignIns, recordSignIn } from "../players/sessions.ts";
import { playerBets, playerTransfers } from "../players/statements.ts";
import { recentRounds, roundRecord } from "../rounds/queries.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { Archive, ChatBanBook, PlayerBook } from "./ports.ts";

interface RecordsOptions {
  readonly pool: Pool;
  readonly clock: Clock;
}

/** What passes by itself is told apart from what is broken. */
async function asking<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw new BankUnavailableError(`the database is not available: ${inOneLine(error)}`, {
      cause: error,
    });
  }
}

export interface PlayerBookOptions extends RecordsOptions {
  readonly dailyChips: number;
  /** The player was given chips, and has so many now. */
  readonly granted: (playerId: string, balance: number) => void;
}

export function createPlayerBook(
  players: Players,
  { pool, clock, dailyChips, granted }: PlayerBookOptions,
): PlayerBook {
  return {
    registerGuest: (name) => asking(() => players.registerGuest({ name })),
    register: ({ email, passwordHash, name, upgrading }) =>
      asking(async () => {
        const account = { email, passwordHash, name: typeof name === "string" ? name : undefined };
        try {
          return await players.register({ ...account, playerId: upgrading ?? undefined });
        } catch (error) {
          if (error instanceof EmailTakenError) return null;
          if (error instanceof AlreadyRegisteredError) return await players.register(account);
          throw error;
        }
      }),
    findByEmail: (email) => asking(() => players.findByEmail(email)),
    find: (playerId) => asking(() => players.find(playerId)),
    arrive: (playerId) =>
      asking(async () => {
        const player = await players.find(playerId);
        if (player === null || player.balance >= dailyChips) return player;
        const claimed = await players.claimDaily(playerId);
        if (claimed.granted > 0) granted(playerId, claimed.balance);
        return { ...player, balance: claimed.balance };
      }),
    signedIn: (signIn) =>
      asking(() => recordSignIn(pool, { ...signIn, signedInAt: new Date(clock.now()) })),
  };
}

export function createChatBanBook({ pool, clock }: RecordsOptions): ChatBanBook {
  return {
    of: (playerId) => asking(() => chatBanOf(pool, playerId, clock.now())),
    list: () => asking(() => listChatBans(pool, clock.now())),
    decide: (decision) => asking(() => decideChatBan(pool, decision)),
  };
}

export interface ArchiveOptions {
  readonly pool: Pool;
  /** Who won most, without names, without a look at all the bets there are. */
  readonly leaders: (period: Period) => Promise<readonly Omit<Leader, "name">[]>;
}

export function createArchive({ pool, leaders }: ArchiveOptions): Archive {
  return {
    roundRecord: (tableId, round) => asking(() => roundRecord(pool, tableId, round)),
    recentRounds: (tableId, page) => asking(() => recentRounds(pool, tableId, page)),
    chains: (tableId) =>
      asking(async () => {
        const { rows } = await pool.query<{ firstRound: number; length: number; anchor: string }>(
          `SELECT first_round AS "firstRound", length, encode(anchor, 'hex') AS anchor
           FROM seed_chains WHERE table_id = $1 ORDER BY first_round`,
          [tableId],
        );
        return rows;
      }),
    bets: (playerId, page) => asking(() => playerBets(pool, playerId, page)),
    transfers: (playerId, page) =>
      asking(async () => {
        const transfers = await playerTransfers(pool, playerId, page);
        return transfers.map(({ change, ...transfer }) => ({ ...transfer, amount: change }));
      }),
    sessions: (playerId) => asking(() => listSignIns(pool, playerId)),
    leaderboard: (period) => asking(async () => named(pool, await leaders(period))),
  };
}

async function named(
  pool: Pool,
  leaders: readonly Omit<Leader, "name">[],
): Promise<readonly Leader[]> {
  const { rows } = await pool.query<{ player_id: string; name: string }>(
    "SELECT player_id, name FROM players WHERE player_id = ANY($1)",
    [leaders.map(({ playerId }) => playerId)],
  );
  const names = new Map(rows.map((row) => [row.player_id, row.name]));
  return leaders.flatMap(({ playerId, ...rest }) => {
    const name = names.get(playerId);
    return name === undefined ? [] : [{ playerId, name, ...rest }];
  });
}
