/** What the page may do: everything behind its buttons. */
import type { Period } from "@croupier/shared/protocol/leaderboard";
import type { Credentials } from "../net/account.ts";
import type { Intents } from "../store/intents.ts";
import type { Store } from "../store/store.ts";

export interface House {
  readonly store: Store;
  readonly intents: Intents;
  /** Server's epoch milliseconds. */
  readonly now: () => number;
  readonly sit: (tableId: string) => void;
  readonly leaveTable: () => void;
  readonly chooseLeaders: (period: Period) => void;
  /** Rejects with words for the player. */
  readonly enterAsGuest: (name: string) => Promise<void>;
  readonly register: (credentials: Credentials) => Promise<void>;
  readonly logIn: (credentials: Credentials) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** Says a line at the table. Rejects with words for the player. */
  readonly say: (text: string) => Promise<void>;
  readonly changeSeed: (seed: string) => Promise<void>;
  /** A round's public record, as it came. */
  readonly fetchRecord: (tableId: string, round: number) => Promise<unknown>;
}
