/** The big wins of the house, newest first, wherever they were made, and however one came to know them. */
import type { BigWin } from "@croupier/shared/protocol/state";
import type { RoundEvent } from "./houseEvents.ts";

/** Net chips of one round from which on a win is told of. */
export const BIG_WIN = 1_000;
export const MOST_WINS = 20;

export interface Win extends BigWin {
  readonly playerId: string;
  readonly staked: number;
}

export class WinFeed {
  #wins: readonly Win[] = [];

  /** Another list where there is a new one. */
  get wins(): readonly Win[] {
    return this.#wins;
  }

  /** In any order, and those that are known once more: the feed of all processes is the same. */
  add(wins: readonly Win[]): void {
    const known = new Set(this.#wins.map(nameOf));
    const added = wins.filter((win) => !known.has(nameOf(win)));
    if (added.length === 0) return;
    this.#wins = [...this.#wins, ...added].toSorted(newestFirst).slice(0, MOST_WINS);
  }

  remove(wins: readonly Win[]): void {
    if (wins.length === 0) return;
    const removed = new Set(wins.map(nameOf));
    this.#wins = this.#wins.filter((win) => !removed.has(nameOf(win)));
  }
}

/** The big ones among those who won. */
export function winsIn({ tableId, round, pocket, at, winners }: RoundEvent): readonly Win[] {
  const big = winners.filter(({ net }) => net >= BIG_WIN);
  return big.map((winner) => ({ ...winner, tableId, round, pocket, at }));
}

const nameOf = ({ tableId, round, at, playerId }: Win): string =>
  `${tableId} ${round} ${at} ${playerId}`;

function newestFirst(one: Win, other: Win): number {
  return (
    other.at - one.at ||
    compare(one.tableId, other.tableId) ||
    other.round - one.round ||
    other.net - one.net ||
    compare(one.playerId, other.playerId)
  );
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
