/**
 * What a round's record says against itself. By sums alone, and by nothing that plays rounds: a
 * mistake there must not pass for books that are broken.
 */
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf } from "@croupier/shared/core/fairness";
import type { Bet, SpotId } from "@croupier/shared/core/types";
import type { UnfinishedRound } from "./store.ts";

type Chips = Map<string, Map<SpotId, number>>;

/** In a few words; null where operations, stakes and, once there is one, the lock's digest agree. */
export function contradictionIn({ operations, betsDigest }: UnfinishedRound): string | null {
  const chips: Chips = new Map();
  const stakes = new Map<string, number>();
  for (const { playerId, changes, answer } of operations) {
    const own = chips.get(playerId) ?? new Map<SpotId, number>();
    chips.set(playerId, own);
    let stake = stakes.get(playerId) ?? 0;
    for (const [spot, change] of changes) {
      own.set(spot, (own.get(spot) ?? 0) + change);
      stake += change;
    }
    stakes.set(playerId, stake);
    if (stake !== answer.stake) return "a log that does not add up";
  }
  const amounts = [...chips.values()].flatMap((own) => [...own.values()]);
  if (amounts.some((amount) => amount < 0)) return "chips taken back that were not placed";
  if (betsDigest === null || betsDigestOf(betsOf(chips)) === betsDigest) return null;
  return "other bets than those of the lock";
}

function betsOf(chips: Chips): Bet[] {
  return [...chips].flatMap(([playerId, own]) =>
    [...own]
      .filter(([, amount]) => amount > 0)
      .map(([spot, amount]) => ({ playerId, spot, amount: asChips(amount) })),
  );
}
