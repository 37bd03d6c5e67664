/**
 * The end of a round, in one transaction: its bets are written down, its escrow is emptied to the
 * players and the house, and its seed is released with the outcome.
 *
 * A settlement and a void differ in who gets what; the way is the same.
 */
import { assert } from "@croupier/shared/core/assert";
import type { SettledBet } from "@croupier/shared/core/table/effects";
import type { Payout } from "@croupier/shared/core/types";
import type { PoolClient } from "pg";
import { copyIn } from "../db/copyIn.ts";
import type { LockedAccounts } from "../ledger/accounts.ts";
import { lockAccounts } from "../ledger/accounts.ts";
import type { Transfer } from "../ledger/transfers.ts";
import { addTransfers } from "../ledger/transfers.ts";

export interface RoundEnd {
  readonly tableId: string;
  readonly round: number;
  /** What the players' transfers are called. */
  readonly kind: "payout" | "void";
  readonly bets: readonly SettledBet[];
  readonly payouts: readonly Payout[];
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Writes the bets and moves the chips of a round whose row the caller has locked. The bets must be
 * worth exactly what lies in the table's escrow.
 *
 * Who gets nothing is not locked either: the others' chips do not hinder their play elsewhere.
 */
export async function emptyRound(client: PoolClient, end: RoundEnd): Promise<void> {
  const { tableId, bets, payouts, at } = end;
  checkPayouts(end);
  const paid = payouts.filter(({ returned }) => returned > 0);
  const players = paid.map(({ playerId }) => playerId);
  const accounts = await lockAccounts(client, { players, escrows: [tableId], houses: [tableId] });
  const escrow = accounts.escrow(tableId);
  const staked = sum(bets, ({ amount }) => amount);
  assert(escrow.balance === staked, `escrow has ${escrow.balance}, the bets are ${staked}`);
  await writeBets(client, end);
  await addTransfers(client, transfersOf(end, paid, accounts), at);
}

/** The house covers what the stakes do not; then the players are paid; then it collects the rest. */
function transfersOf(
  { tableId, round, kind, bets }: RoundEnd,
  paid: readonly Payout[],
  accounts: LockedAccounts,
): Transfer[] {
  const where = { tableId, round };
  const escrowId = accounts.escrow(tableId).id;
  const houseId = accounts.house(tableId).id;
  const due = sum(bets, ({ returned, amount }) => returned - amount);
  const toPlayers = paid.map(({ playerId, returned: amount }): Transfer => {
    const player = accounts.player(playerId);
    assert(player !== undefined, `player ${playerId} has no account`);
    return { ...where, kind, debitId: escrowId, creditId: player.id, amount, playerId };
  });
  const cover = { kind: "cover", debitId: houseId, creditId: escrowId, amount: due } as const;
  const collect = { kind: "collect", debitId: escrowId, creditId: houseId, amount: -due } as const;
  return [
    ...(due > 0 ? [{ ...where, ...cover }] : []),
    ...toPlayers,
    ...(due < 0 ? [{ ...where, ...collect }] : []),
  ];
}

/** The payouts are the bets added up, player by player: what one says the other does too. */
function checkPayouts({ payouts, kind, bets }: RoundEnd): void {
  const byPlayer = Map.groupBy(bets, ({ playerId }) => playerId);
  assert(payouts.length === byPlayer.size, "there is one payout for each player with a bet");
  for (const { playerId, stake, returned } of payouts) {
    const own = byPlayer.get(playerId) ?? [];
    assert(sum(own, ({ amount }) => amount) === stake, `${playerId} has other bets than ${stake}`);
    assert(sum(own, (bet) => bet.returned) === returned, `the bets do not return ${returned}`);
    assert(kind === "payout" || stake === returned, "a void round returns every stake");
  }
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  assert(Number.isSafeInteger(total), "a round's chips stay in the safe range");
  return total;
}

function writeBets(client: PoolClient, { tableId, round, bets }: RoundEnd): Promise<void> {
  return copyIn(
    client,
    { table: "bets", columns: ["table_id", "round", "player_id", "spot", "amount", "returned"] },
    bets.map(({ playerId, spot, amount, returned }) => [
      tableId,
      round,
      playerId,
      spot,
      amount,
      returned,
    ]),
  );
}
