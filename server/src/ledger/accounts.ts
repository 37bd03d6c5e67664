/** Accounts: found and locked, always in the order of their ids, so that nobody waits in a circle. */
import { assert } from "@croupier/shared/core/assert";
import type { Queryable } from "../db/transaction.ts";

export interface Account {
  readonly id: number;
  readonly kind: "issuer" | "house" | "escrow" | "player";
  readonly tableId: string | null;
  readonly playerId: string | null;
  readonly balance: number;
}

/** A row of the table, as the database answers it. */
export interface AccountRow {
  readonly id: number;
  readonly kind: Account["kind"];
  readonly table_id: string | null;
  readonly player_id: string | null;
  readonly balance: number;
}

/** Which accounts to lock; what is left out is none of its kind. */
export interface AccountChoice {
  readonly players?: readonly string[];
  /** The escrow accounts of these tables. */
  readonly escrows?: readonly string[];
  readonly houses?: readonly string[];
  readonly issuer?: boolean;
}

/** The locked accounts of a transaction, by what they are. */
export class LockedAccounts {
  readonly #byKey: ReadonlyMap<string, Account>;

  constructor(accounts: readonly Account[]) {
    this.#byKey = new Map(accounts.map((account) => [keyOf(account), account]));
  }

  static of(rows: readonly AccountRow[]): LockedAccounts {
    return new LockedAccounts(
      rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        tableId: row.table_id,
        playerId: row.player_id,
        balance: row.balance,
      })),
    );
  }

  player(playerId: string): Account | undefined {
    return this.#byKey.get(`player ${playerId}`);
  }

  escrow(tableId: string): Account {
    return this.#must(`escrow ${tableId}`);
  }

  house(tableId: string): Account {
    return this.#must(`house ${tableId}`);
  }

  issuer(): Account {
    return this.#must("issuer ");
  }

  #must(key: string): Account {
    const account = this.#byKey.get(key);
    assert(account !== undefined, `there is no account ${key}`);
    return account;
  }
}

function keyOf({ kind, tableId, playerId }: Account): string {
  return `${kind} ${tableId ?? playerId ?? ""}`;
}

/** Locks accounts until the transaction's end and answers them as they are then. */
export async function lockAccounts(
  client: Queryable,
  { players = [], escrows = [], houses = [], issuer = false }: AccountChoice,
): Promise<LockedAccounts> {
  const { rows } = await client.query<AccountRow>({
    name: "lock-accounts",
    text: `SELECT id, kind, table_id, player_id, balance
      FROM lock_accounts($1, $2, $3, $4)`,
    values: [players, escrows, houses, issuer],
  });
  return LockedAccounts.of(rows);
}

/** Makes a table's escrow and house accounts, where they are missing. */
export async function createTableAccounts(client: Queryable, tableId: string): Promise<void> {
  await client.query(
    `INSERT INTO accounts (kind, table_id) VALUES ('escrow', $1), ('house', $1)
     ON CONFLICT DO NOTHING`,
    [tableId],
  );
}

/** Makes a player's account; again is a broken constraint. */
export async function createPlayerAccount(client: Queryable, playerId: string): Promise<void> {
  await client.query("INSERT INTO accounts (kind, player_id) VALUES ('player', $1)", [playerId]);
}
