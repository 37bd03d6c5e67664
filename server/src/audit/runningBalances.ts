/** What each account has after each transfer, by its id: both passes over all transfers add up here. */
export class RunningBalances {
  readonly #balances: Float64Array;

  /** @param accounts ids are below this */
  constructor(accounts: number) {
    this.#balances = new Float64Array(accounts);
  }

  /** Moves chips. An id beyond all accounts changes nothing: another check names its transfer. */
  move(debit: number, credit: number, amount: number): void {
    const balances = this.#balances;
    balances[debit] = (balances[debit] as number) - amount;
    balances[credit] = (balances[credit] as number) + amount;
  }

  /** An account's chips; not a number where there is no such account. */
  of(id: number): number {
    return this.#balances[id] ?? Number.NaN;
  }
}
