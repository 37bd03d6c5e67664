/** The big wins of the house, newest first, wherever they were made. */
import type { BigWin } from "@croupier/shared/protocol/state";
import type { PlacedEvent } from "./houseEvents.ts";

/** Net chips of one round from which on a win is told of. */
const BIG_WIN = 1_000;
const MOST_WINS = 20;

export interface Win extends BigWin {
  readonly playerId: string;
  readonly staked: number;
}

export class WinFeed {
  #wins: readonly Win[] = [];

  get wins(): readonly Win[] {
    return this.#wins;
  }

  /** Each event once, in their order. */
  add({ event }: PlacedEvent): void {
    const { tableId, round, pocket, at, winners } = event;
    const big = winners.filter(({ net }) => net >= BIG_WIN);
    if (big.length === 0) return;
    const wins = big.map((winner) => ({ ...winner, tableId, round, pocket, at }));
    this.#wins = [...wins, ...this.#wins].slice(0, MOST_WINS);
  }

  clear(): void {
    this.#wins = [];
  }
}
