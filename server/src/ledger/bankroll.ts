/**
 * The house's chips at a table: enough for the worst round, always.
 *
 * They come from the issuer. The house is filled up when it could pay less than two of its worst
 * rounds, to ten of them: between rounds only, so that a settlement never needs the issuer.
 */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction } from "../db/transaction.ts";
import type { Lease } from "../tables/lease.ts";
import { lockAccounts } from "./accounts.ts";
import { holdLease } from "./holdLease.ts";
import { addTransfers } from "./transfers.ts";

const LEAST_ROUNDS = 2;
const FULL_ROUNDS = 10;

export interface BankrollNeed {
  readonly lease: Lease;
  /** The most that the house may have to pay in one round. */
  readonly houseMax: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Fills the house's account up where it is low; else one look at it. */
export async function ensureBankroll(pool: Pool, need: BankrollNeed): Promise<void> {
  const { lease, houseMax, now } = need;
  const { tableId } = lease;
  const least = houseMax * LEAST_ROUNDS;
  const { rows } = await pool.query<{ balance: number }>(
    "SELECT balance FROM accounts WHERE table_id = $1 AND kind = 'house'",
    [tableId],
  );
  if ((rows[0]?.balance ?? 0) >= least) return;
  await inTransaction(pool, async (client) => {
    await holdLease(client, lease);
    // Who adds to a table's chain of transfers holds its escrow.
    const choice = { escrows: [tableId], houses: [tableId], issuer: true };
    const accounts = await lockAccounts(client, choice);
    const house = accounts.house(tableId);
    if (house.balance >= least) return;
    const amount = houseMax * FULL_ROUNDS - house.balance;
    const debitId = accounts.issuer().id;
    const op = randomUUID();
    const bankroll = {
      kind: "bankroll",
      debitId,
      creditId: house.id,
      amount,
      tableId,
      op,
    } as const;
    await addTransfers(client, [bankroll], now);
  });
}
