/** Tells a player's other places that the balance changed: other tables, and other devices. */
export interface BalanceListener {
  /** The balance of a player who may or may not be here. */
  balanceChanged(playerId: string, balance: number): void;
}

/** A balance that is being read, and what was told of it meanwhile. */
interface Reading {
  told: number | null;
}

export class BalanceHub {
  readonly #listeners = new Set<BalanceListener>();
  readonly #readings = new Map<string, Set<Reading>>();
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

  /**
   * What `ask` answers, or what was told while it was asking: the books may have been read before that,
   * and an older balance must not be shown after a newer one.
   */
  async read(playerId: string, ask: (playerId: string) => Promise<number>): Promise<number> {
    const reading: Reading = { told: null };
    const readings = this.#readings.get(playerId) ?? new Set();
    this.#readings.set(playerId, readings.add(reading));
    try {
      const balance = await ask(playerId);
      return reading.told ?? balance;
    } finally {
      readings.delete(reading);
      if (readings.size === 0) this.#readings.delete(playerId);
    }
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
    for (const reading of this.#readings.get(playerId) ?? []) reading.told = balance;
    for (const listener of this.#listeners) {
      if (listener !== origin) listener.balanceChanged(playerId, balance);
    }
  }
}
