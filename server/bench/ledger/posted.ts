/** The way of this project: the store that table hosts play on. */
import type { Chips } from "@croupier/shared/core/chips";
import { addChips, asChips } from "@croupier/shared/core/chips";
import { betsDigestOf, compareBets, entropyOf, outcomeOf } from "@croupier/shared/core/fairness";
import { returnOf, settleBets } from "@croupier/shared/core/payouts";
import { layoutOf } from "@croupier/shared/core/spots";
import type { Posting, SettledBet } from "@croupier/shared/core/table/effects";
import type { Bet, Pocket, TableConfig } from "@croupier/shared/core/types";
import { systemClock } from "../../src/platform/clock.ts";
import type { Bank } from "../bank.ts";
import { timed } from "../measure.ts";
import type { DrawnRound, PlannedRound } from "./round.ts";
import { betsOf, stakeOf } from "./round.ts";

export interface PostedRound {
  readonly reserveMs: number;
  /** Lock and settlement. */
  readonly settleMs: number;
  readonly drawn: DrawnRound;
}

/** Plays a round through the store; what the game itself computes is not timed. */
export async function postRound(bank: Bank, planned: PlannedRound): Promise<PostedRound> {
  const { store, table } = bank;
  const { tableId, wheel, zeroRule } = table;
  const { round } = planned;
  const entropy = await openStoreRound(bank, planned);
  const postings = postingsOf(planned);
  const reserveMs = await timed(async () => {
    for (const batch of postings) {
      const results = await Promise.all(batch.map((posting) => store.post(tableId, posting)));
      const refused = results.find(({ status }) => status !== "posted");
      if (refused !== undefined) throw new Error(`an operation was ${refused.status}`);
    }
  });
  const bets = betsOf(planned).sort(compareBets);
  const betsDigest = betsDigestOf(bets);
  let seed = "";
  const lockMs = await timed(async () => {
    const lockedAt = systemClock.now();
    ({ seed } = await store.lockRound({ tableId, round, betsDigest, lockedAt }));
  });
  const pocket = outcomeOf({ tableId, round, wheel, entropy, seed });
  const drawn = {
    bets: bets.map((bet) => settledBet(table, bet, pocket)),
    payouts: settleBets(bets, { wheel, zeroRule, pocket }),
  };
  const settledAt = systemClock.now();
  const settleMs = await timed(() =>
    store.settleRound({ tableId, round, seed, pocket, ...drawn, settledAt }),
  );
  return { reserveMs, settleMs: lockMs + settleMs, drawn };
}

/** Opens the round at the bank's table; answers its entropy. */
export async function openStoreRound({ store, table }: Bank, { round }: PlannedRound) {
  const { tableId, wheel, zeroRule } = table;
  const entropy = entropyOf([]);
  const openedAt = systemClock.now();
  await store.openRound({ tableId, round, wheel, zeroRule, entropy, clientSeeds: [], openedAt });
  return entropy;
}

function settledBet({ wheel, zeroRule }: TableConfig, bet: Bet, pocket: Pocket): SettledBet {
  const spot = layoutOf(wheel).find(bet.spot);
  if (spot === undefined) throw new Error(`no spot ${bet.spot}`);
  return { ...bet, returned: returnOf(spot, bet.amount, { pocket, zeroRule }) };
}

/** The round's operations as a table's host posts them. */
export function postingsOf({ round, batches }: PlannedRound): Posting[][] {
  const stakes = new Map<string, Chips>();
  return batches.map((asks) =>
    asks.map(({ playerId, op, bets }): Posting => {
      const stake = asChips(stakeOf(bets));
      const stakeAfter = addChips(stakes.get(playerId) ?? asChips(0), stake);
      stakes.set(playerId, stakeAfter);
      return {
        playerId,
        op,
        kind: "bet",
        round,
        content: JSON.stringify(bets.map(({ spot, amount }) => [spot, amount])),
        changes: bets.map(({ spot, amount }) => [spot, amount] as const),
        stakeChange: stake,
        stakeAfter,
      };
    }),
  );
}
