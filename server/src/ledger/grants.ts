/** Chips that the issuer gives to players: at the start, and once a day to those who are short. */
import { assert } from "@croupier/shared/core/assert";
import type { Chips } from "@croupier/shared/core/chips";
import { asChips, NO_CHIPS } from "@croupier/shared/core/chips";
import type { PoolClient } from "pg";
import type { Account } from "./accounts.ts";
import { lockAccounts } from "./accounts.ts";
import { addTransfers } from "./transfers.ts";

interface StartingGrant {
  readonly playerId: string;
  readonly amount: number;
  /** Epoch milliseconds, here and below. */
  readonly now: number;
}

/** Gives a new player the starting chips; a second time breaks a constraint. */
export async function grantStarting(
  client: PoolClient,
  { playerId, amount, now }: StartingGrant,
): Promise<void> {
  if (amount === 0) return;
  const { issuer, player } = await lockBoth(client, playerId);
  const [debitId, creditId] = [issuer.id, player.id];
  await addTransfers(client, [{ kind: "grant", debitId, creditId, amount, playerId }], now);
}

export interface DailyGrant {
  /** What was given now; none for who has had it today, or has enough. */
  readonly granted: Chips;
  readonly balance: Chips;
}

/** Fills the balance up to `upTo` chips, once a UTC day and only where it is below. */
export async function grantDaily(
  client: PoolClient,
  {
    playerId,
    upTo,
    now,
  }: { readonly playerId: string; readonly upTo: number; readonly now: number },
): Promise<DailyGrant> {
  const { issuer, player } = await lockBoth(client, playerId);
  const day = new Date(now).toISOString().slice(0, 10);
  const amount = upTo - player.balance;
  const { rowCount } = await client.query(
    "SELECT FROM transfers WHERE player_id = $1 AND kind = 'daily' AND op = $2",
    [playerId, day],
  );
  if (amount <= 0 || rowCount !== 0) {
    return { granted: NO_CHIPS, balance: asChips(player.balance) };
  }
  const [debitId, creditId] = [issuer.id, player.id];
  await addTransfers(
    client,
    [{ kind: "daily", debitId, creditId, amount, playerId, op: day }],
    now,
  );
  return { granted: asChips(amount), balance: asChips(upTo) };
}

async function lockBoth(
  client: PoolClient,
  playerId: string,
): Promise<{ readonly issuer: Account; readonly player: Account }> {
  const accounts = await lockAccounts(client, { players: [playerId], issuer: true });
  const player = accounts.player(playerId);
  assert(player !== undefined, `player ${playerId} has no account`);
  return { issuer: accounts.issuer(), player };
}
