/** What the HTTP interface asks of those who keep rounds and players. */
import type { RoundRecord } from "@croupier/shared/core/record";
import type { Leader, Period } from "@croupier/shared/protocol/leaderboard";
import type { ChatBan, ChatBanDecision } from "../players/chatBans.ts";
import type { Player } from "../players/players.ts";

export interface Page {
  /** The id or number of the entry before which the page ends; absent: the newest. */
  readonly before?: number;
  readonly limit: number;
}

/** Every method may throw `BankUnavailableError`. */
export interface PlayerBook {
  registerGuest(name: unknown): Promise<Player>;
  /** Null where the email address is taken. A guest who is upgraded keeps id, chips and history. */
  register(account: {
    readonly email: string;
    readonly passwordHash: string;
    readonly name: unknown;
    /** The player whose token came with the request. */
    readonly upgrading: string | null;
  }): Promise<Player | null>;
  findByEmail(email: string): Promise<{ player: Player; passwordHash: string } | null>;
  find(playerId: string): Promise<Player | null>;
  /** The player, with the day's chips where they are due; null where there is no such player. */
  arrive(playerId: string): Promise<Player | null>;
  signedIn(signIn: { playerId: string; address: string; userAgent: string }): Promise<void>;
}

/** Every method may throw `BankUnavailableError`. */
export interface Archive {
  /** Null where the table has had no such round. */
  roundRecord(tableId: string, round: number): Promise<RoundRecord | null>;
  recentRounds(
    tableId: string,
    page: Page,
  ): Promise<readonly { readonly round: number; readonly settledAt: string | null }[]>;
  chains(tableId: string): Promise<readonly object[]>;
  bets(playerId: string, page: Page): Promise<readonly object[]>;
  transfers(playerId: string, page: Page): Promise<readonly object[]>;
  sessions(playerId: string): Promise<readonly object[]>;
  leaderboard(period: Period): Promise<readonly Leader[]>;
}

/** Every method may throw `BankUnavailableError`. */
export interface ChatBanBook {
  /** The ban that the player is under now; null where there is none. */
  of(playerId: string): Promise<ChatBan | null>;
  /** Those that hold now, newest first. */
  list(): Promise<readonly ChatBanDecision[]>;
  /** False where there is no such player. */
  decide(decision: ChatBanDecision): Promise<boolean>;
}
