/** What rooms need of the house around them. */
import type { BigWin } from "@croupier/shared/protocol/state";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { ChatBan } from "../players/chatBans.ts";
import type { Floor } from "../tables/floor.ts";
import type { HouseTables } from "../tables/tables.ts";
import type { Arrivals } from "./arrivals.ts";
import type { BalanceHub } from "./balanceHub.ts";

/** Who a valid token belongs to. */
export interface Identity {
  readonly playerId: string;
  readonly name: string;
}

export interface House {
  readonly tables: HouseTables;
  readonly floor: Floor;
  /** The big wins of the house, newest first; another list where there is a new one. */
  readonly wins: () => readonly BigWin[];
  readonly balances: BalanceHub;
  /** Whether those who got seats in this process's rooms come. */
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a dropped player's seat is kept. */
  readonly seatKeptSeconds: number;
  /**
   * Whether there is such a table, by this process's settings or another's, as far as is known: nobody is
   * asked, so it costs the same for whatever a stranger names.
   */
  hasTable(tableId: string): boolean;
  /** Whether other processes can be asked for seats now. */
  reachesOthers(): boolean;
  /** Whether players are not to be sent here, as far as is known. */
  isAside(): boolean;
  /** The player of a token; null where it is forged, expired, or its player is gone. */
  identify(token: string | undefined): Promise<Identity | null>;
  /** The player's chips, without those on tables, and with the day's where they are due. */
  arrive(playerId: string): Promise<number>;
  /** The ban from all chat that the player is under; null where there is none. */
  chatBanOf(playerId: string): Promise<ChatBan | null>;
  /** A bug showed: somebody has to look. */
  alarm(what: string): void;
}
