/** One round of bets, the same for every way of keeping the books. */
import { asChips } from "@croupier/shared/core/chips";
import { layoutOf } from "@croupier/shared/core/spots";
import type { SettledBet } from "@croupier/shared/core/table/effects";
import type { Bet, Payout, WheelName } from "@croupier/shared/core/types";

/** What one player asks for at once: chips on some spots, under one operation id. */
export interface Ask {
  readonly playerId: string;
  readonly op: string;
  readonly bets: readonly Bet[];
}

export interface PlannedRound {
  readonly round: number;
  /** Asked for at the same time, and then the next ones. */
  readonly batches: readonly (readonly Ask[])[];
}

export interface DrawnRound {
  readonly bets: readonly SettledBet[];
  readonly payouts: readonly Payout[];
}

/** A way of keeping the books of a round. */
export interface Way {
  /** Takes the chips for every ask. */
  reserve(round: PlannedRound): Promise<unknown>;
  /** Writes down what came back, and pays it. */
  settle(round: PlannedRound, drawn: DrawnRound): Promise<unknown>;
}

export interface Plan {
  readonly wheel: WheelName;
  readonly players: readonly string[];
  readonly batches: number;
  readonly spotsPerAsk: number;
}

/** A round in which each player asks once in each batch, never twice for the same spot. */
export function planRound(round: number, plan: Plan): PlannedRound {
  const { players, spotsPerAsk } = plan;
  const { spots } = layoutOf(plan.wheel);
  const betOf = (playerId: string, index: number, place: number): Bet => {
    // 11 has no factor in common with any felt's number of spots.
    const { id: spot } = spots[(index * 7 + place * 11 + round) % spots.length] ?? { id: "red" };
    return { playerId, spot, amount: asChips(100) };
  };
  const batches = Array.from({ length: plan.batches }, (_, batch) =>
    players.map((playerId, index): Ask => {
      const places = Array.from({ length: spotsPerAsk }, (_, place) => batch * spotsPerAsk + place);
      const bets = places.map((place) => betOf(playerId, index, place));
      return { playerId, op: `r${round}-${batch}`, bets };
    }),
  );
  return { round, batches };
}

export const betsOf = ({ batches }: PlannedRound): Bet[] =>
  batches.flat().flatMap(({ bets }) => bets);
export const stakeOf = (bets: readonly Bet[]): number =>
  bets.reduce((sum, { amount }) => sum + amount, 0);
