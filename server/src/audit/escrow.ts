/** What a table's rounds leave in its escrow, of which only rounds that leave something are kept. */

export class Escrow {
  readonly #kept = new Map<number, number>();
  /** The round of the last transfer, and what it leaves so far. */
  #round = 0;
  #sum = 0;

  move(round: number, change: number): void {
    if (round !== this.#round) this.#turnTo(round);
    this.#sum += change;
  }

  #turnTo(round: number): void {
    this.#store();
    this.#round = round;
    this.#sum = this.#kept.get(round) ?? 0;
  }

  #store(): void {
    if (this.#sum === 0) this.#kept.delete(this.#round);
    else this.#kept.set(this.#round, this.#sum);
  }

  /** Chips that are not zero, by round. */
  left(): ReadonlyMap<number, number> {
    this.#store();
    return this.#kept;
  }
}
