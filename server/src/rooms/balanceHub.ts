/** Tells a player's other places that the balance changed: other tables, and other devices. */
export interface BalanceListener {
  /** The balance of a player who may or may not be here. */
  balanceChanged(playerId: string, balance: number): void;
}

export class BalanceHub {
  readonly #listeners = new Set<BalanceListener>();
  readonly #beyond: (playerId: string) => void;

  /** `beyond` tells the tables of other processes. */
  constructor(beyond: (playerId: string) => void = () => undefined) {
    this.#beyond = beyond;
  }

  /** Answers a function that ends the subscription. */
  subscribe(listener: BalanceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** It changed here; `origin` knows already. */
  tell(playerId: string, balance: number, origin?: BalanceListener): void {
    this.#tellHere(playerId, balance, origin);
    this.#beyond(playerId);
  }

  /** It changed at a table of another process. */
  heard(playerId: string, balance: number): void {
    this.#tellHere(playerId, balance);
  }

  #tellHere(playerId: string, balance: number, origin?: BalanceListener): void {
    for (const listener of this.#listeners) {
      if (listener !== origin) listener.balanceChanged(playerId, balance);
    }
  }
}
