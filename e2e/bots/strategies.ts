/**
 * How bots play: each strategy turns what a player sees into wishes for one round.
 *
 * A strategy lives as long as its bot and may remember; it knows nothing of the network.
 */
import { placeAnnounced } from "@croupier/shared/core/announced";
import type { Chips } from "@croupier/shared/core/chips";
import type { Layout } from "@croupier/shared/core/spots";
import { pocketsOf } from "@croupier/shared/core/wheel";
import type { TableLimits } from "@croupier/shared/protocol/messages";
import type { OperationKind, Placement } from "@croupier/shared/protocol/requests";
import type { Random } from "./random.ts";

export interface Situation {
  readonly layout: Layout;
  readonly limits: TableLimits;
  readonly balance: number;
  /** Returned minus staked in the bot's last settled round; 0 before it. */
  readonly lastNet: number;
}

/** One operation that a bot would like to make; `chips` is empty for all but `bet`. */
export interface Wish {
  readonly kind: OperationKind;
  readonly chips: readonly Placement[];
  /** Sent when betting is over, to be refused. */
  readonly late?: boolean;
  /** Once answered, sent again: as it was, and under the same op with other chips. */
  readonly again?: boolean;
}

/** The wishes for one round, in the order of sending. */
export type Strategy = (situation: Situation) => readonly Wish[];

type Maker = (random: Random) => Strategy;

const bet = (...chips: Placement[]): Wish => ({ kind: "bet", chips });
const layoutWish = (kind: Exclude<OperationKind, "bet">): Wish => ({ kind, chips: [] });

/** A stake that ten thousand chips outlast many rounds of. */
function unitOf({ limits, balance }: Situation): number {
  const most = Math.min(...Object.values(limits.max));
  return Math.max(limits.min, Math.min(most, Math.floor(balance / 1000)));
}

/** The same number and the same colour, round after round. */
const flat: Maker = (random) => {
  const colour = random.pick(["red", "black"]);
  let number: string | undefined;
  return (situation) => {
    number ??= random.pick(situation.layout.spots.filter((spot) => spot.kind === "straight")).id;
    const unit = unitOf(situation);
    return [bet([colour, unit]), bet([number, unit])];
  };
};

/** Doubles after every loss on an even chance, and begins again after a win. */
const martingale: Maker = (random) => {
  const side = random.pick(["red", "black", "odd", "even", "low", "high"]);
  let stake = 0;
  return (situation) => {
    const { lastNet, limits } = situation;
    const doubled = lastNet < 0 ? 2 * stake : 0;
    const most = Math.min(
      limits.max[side] ?? limits.playerMax,
      limits.playerMax,
      situation.balance,
    );
    stake = doubled > 0 && doubled <= most ? doubled : unitOf(situation);
    return [bet([side, stake])];
  };
};

/** Many spots in a few batches, with second thoughts. */
const spread: Maker = (random) => (situation) => {
  const { spots } = situation.layout;
  const unit = unitOf(situation);
  const wishes: Wish[] = [];
  for (let batch = random.whole(1, 3); batch > 0; batch -= 1) {
    const chips: Placement[] = [];
    for (let count = random.whole(2, 12); count > 0; count -= 1) {
      chips.push([random.pick(spots).id, unit]);
    }
    wishes.push(bet(...chips));
    if (random.chance(0.15)) wishes.push(layoutWish("undo"));
  }
  if (random.chance(0.1)) wishes.push(layoutWish("double"));
  if (random.chance(0.05)) wishes.push(layoutWish("clear"), bet([random.pick(spots).id, unit]));
  return wishes;
};

/** The bets of the French call, where the wheel offers them. */
const announced: Maker = (random) => (situation) => {
  const { wheel } = situation.layout;
  const unit = unitOf(situation) as Chips;
  const pocket = random.pick(pocketsOf(wheel));
  const call = random.pick([
    { kind: "voisins" },
    { kind: "tiers" },
    { kind: "orphelins" },
    { kind: "jeu-zero" },
    { kind: "neighbours", pocket, k: random.whole(0, 4) },
    { kind: "finales-en-plein", digit: random.whole(0, 9) },
    { kind: "complete", pocket },
  ] as const);
  const placed = placeAnnounced(wheel, call, unit);
  if (placed.ok) return [bet(...placed.chips)];
  const neighbours = placeAnnounced(wheel, { kind: "neighbours", pocket, k: 2 }, unit);
  return neighbours.ok ? [bet(...neighbours.chips)] : [];
};

/** Plays at the limits and past them, repeats itself, and comes late. */
const maniac: Maker = (random) => (situation) => {
  const { layout, limits, balance } = situation;
  const spot = random.pick(layout.spots);
  const most = limits.max[spot.kind] ?? limits.min;
  const unit = unitOf(situation);
  const provocations: readonly Wish[] = [
    bet([spot.id, most + 1]),
    bet([spot.id, balance + 1]),
    bet(["straight:37", unit]),
    bet([spot.id, 0]),
    bet([spot.id, -unit]),
    bet([spot.id, unit + 0.5]),
    bet([spot.id, 2 ** 53]),
    bet(),
    layoutWish("repeat"),
    layoutWish("double"),
    layoutWish("undo"),
    { ...bet([spot.id, unit]), late: true },
  ];
  const wishes: Wish[] = [{ ...bet([random.pick(layout.spots).id, unit]), again: true }];
  for (let count = random.whole(1, 3); count > 0; count -= 1)
    wishes.push(random.pick(provocations));
  return wishes.toSorted((left, right) => Number(left.late ?? false) - Number(right.late ?? false));
};

const MAKERS = { flat, martingale, spread, announced, maniac } as const;

export type StrategyName = keyof typeof MAKERS;
export const STRATEGY_NAMES = Object.keys(MAKERS) as readonly StrategyName[];

/** What a mixed crowd is made of, in parts. */
const CROWD: readonly StrategyName[] = [
  "flat",
  "flat",
  "martingale",
  "martingale",
  "spread",
  "spread",
  "spread",
  "announced",
  "announced",
  "maniac",
];

/** A strategy of a bot's own; `mixed` draws one from the crowd. */
export function createStrategy(name: StrategyName | "mixed", random: Random): Strategy {
  return MAKERS[name === "mixed" ? random.pick(CROWD) : name](random);
}
